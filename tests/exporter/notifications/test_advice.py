"""Each condition that people are told of says what to do, in a sentence of the runbook."""

import re

import pytest

from exporter.model.conditions import (
    AnyCondition,
    Condition,
    DaemonCondition,
    ServerCondition,
    Severity,
)
from exporter.notifications.advice import advice
from tests.docs import pages

RUNBOOK = " ".join(re.sub(r"[*`]", "", pages.read("docs/alerts.md")).split()).casefold()
ALL: list[AnyCondition] = [*Condition, *ServerCondition, *DaemonCondition]
CALM = (Severity.INFO, Severity.OK)


@pytest.mark.parametrize("condition", [each for each in ALL if each.severity not in CALM])
def test_what_to_do_is_a_sentence_of_the_runbook(condition: AnyCondition) -> None:
    found = advice(condition)
    assert found is not None
    assert found.endswith(".")
    assert found.casefold() in RUNBOOK


@pytest.mark.parametrize("condition", [each for each in ALL if each.severity in CALM])
def test_nothing_is_to_be_done_where_nothing_is_wrong(condition: AnyCondition) -> None:
    assert advice(condition) is None
