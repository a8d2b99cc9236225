"""The conditions are one list: of page, badge, API, messages, digest, alerts and documentation.

A condition that is new fails here wherever it is forgotten.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from falcon.testing import TestClient
from msgspec.structs import replace

from api import page
from exporter import config
from exporter.conditions.badge import badge_of_all
from exporter.conditions.counts import StatusSummary
from exporter.conditions.sentence import sentence
from exporter.model.conditions import (
    AnyCondition,
    Condition,
    DaemonCondition,
    ServerCondition,
    Severity,
)
from exporter.notifications.digest.shown import show
from exporter.notifications.samples import event_of
from exporter.notifications.wording import line
from tests.docs import pages
from tests.docs.contract import CONTRACT
from tests.exporter.notifications.digest.conftest import FINE, facts_of
from tests.rules.rule_files import ALERTS
from tests.support import doc_hooks
from tests.support.pages import Document, elements

ALL: tuple[AnyCondition, ...] = (*Condition, *ServerCondition, *DaemonCondition)
NOTEWORTHY = [each for each in Condition if each.severity not in (Severity.INFO, Severity.OK)]
LOOKS = Path(page.__file__).parent
RUNBOOK = pages.read("docs/alerts.md")

WITHOUT_ALERT = (Condition.UNNAMED, Condition.WARNING, ServerCondition.REPORTS_MISSING)
"""The runs are known, and say what is wrong."""

TONES = {
    Severity.CRITICAL: "bad",
    Severity.WARNING: "worry",
    Severity.NOTICE: "mind",
}


def values(conditions: Iterable[AnyCondition]) -> list[str]:
    return [each.value for each in conditions]


def test_the_filter_of_the_page_offers_each(client: TestClient) -> None:
    overview = Document(client.simulate_get("/"))
    offered = elements(overview.one("select", name="status"), "option")
    assert [each.attrib["value"] for each in offered] == ["", *values(Condition)]


@pytest.mark.parametrize("condition", Condition)
def test_the_page_and_the_api_can_be_asked_for_each(
    client: TestClient, condition: Condition
) -> None:
    overview = Document(client.simulate_get("/", params={"status": condition.value}))
    (chosen,) = elements(overview.one("select", name="status"), "option", selected="")
    assert chosen.attrib["value"] == condition.value
    answer = client.simulate_get("/api/jobs", params={"condition": condition.value})
    assert answer.status_code == 200


def test_the_page_draws_each() -> None:
    drawn = (LOOKS / "templates" / "_icons.html.jinja").read_text(encoding="utf-8")
    assert set(values(Condition)) <= set(re.findall(r'id="i-(\w+)"', drawn))


@pytest.mark.parametrize("condition", NOTEWORTHY)
def test_the_page_colours_each_by_its_severity(condition: Condition) -> None:
    css = (LOOKS / "page.css").read_text(encoding="utf-8")
    rules = re.findall(r"([^{}]*)\{ --tone: var\(--(\w+)\); \}", css)
    tones = [tone for selectors, tone in rules if f'[data-holds="{condition.value}"]' in selectors]
    assert tones == [TONES[condition.severity]]


def test_the_contract_lists_each_in_its_order() -> None:
    assert CONTRACT.at("/components/schemas/Condition")["enum"] == values(Condition)


def test_the_page_of_the_api_explains_each_in_its_order() -> None:
    listed = [
        word
        for cell, _ in doc_hooks.rows(pages.read("docs/api.md"), "conditions")
        for word in pages.code(cell)
    ]
    assert listed == values(Condition)


@pytest.mark.parametrize("condition", ALL)
def test_a_channel_can_be_told_of_each(condition: AnyCondition, tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text(f'[[notify]]\nurl = "json://h.example"\non = ["{condition.value}"]\n')
    (channel,) = config.load({"config": str(file)}, {}).notifications.channels
    assert channel.on == {condition}
    assert condition.of_one in line(event_of(condition))


@pytest.mark.parametrize("condition", Condition)
def test_a_channel_that_names_none_is_told_of_trouble(condition: Condition, tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text('[[notify]]\nurl = "json://h.example"\n')
    (channel,) = config.load({"config": str(file)}, {}).notifications.channels
    assert (condition in channel.on) == condition.is_trouble


@pytest.mark.parametrize("condition", [each for each in NOTEWORTHY if each.is_trouble])
def test_badge_and_sentence_say_each_trouble(condition: Condition) -> None:
    summary = StatusSummary(jobs=2, held={condition: 1}, fine=1)
    assert condition.of_one in sentence(summary)
    assert condition.word in badge_of_all(summary).words


@pytest.mark.parametrize("condition", [each for each in NOTEWORTHY if not each.is_trouble])
def test_badge_and_sentence_say_each_notice_beside_all_fine(condition: Condition) -> None:
    summary = StatusSummary(jobs=2, held={condition: 1}, fine=2)
    assert sentence(summary).startswith(f"All 2 backups are fine, 1 {condition.of_one}")
    assert badge_of_all(summary).words.startswith("all fine, 1 ")


@pytest.mark.parametrize("condition", Condition)
def test_the_digest_says_each(condition: Condition) -> None:
    (server,) = show(facts_of(replace(FINE, held=(condition,))), 9).servers
    (job,) = server.jobs
    assert (job.condition, job.severity) == (condition.value, condition.severity.value)
    assert condition.word in job.state
    assert job.in_trouble == condition.is_trouble


def test_the_runbook_says_which_alert_asks_for_which() -> None:
    asked = {
        alert: pages.code(condition) for alert, _, condition, _ in doc_hooks.rows(RUNBOOK, "alerts")
    }
    assert len(asked) == len(ALERTS)
    named = {word for words in asked.values() for word in words}
    assert named <= set(values(ALL))
    noteworthy: set[AnyCondition] = {*NOTEWORTHY, *ServerCondition, *DaemonCondition}
    assert set(values(noteworthy.difference(WITHOUT_ALERT))) == named


@pytest.mark.parametrize("condition", WITHOUT_ALERT)
def test_the_runbook_says_what_to_do_about_one_without_an_alert(condition: AnyCondition) -> None:
    section = pages.sections(RUNBOOK)["Conditions without an alert"]
    assert f"**{condition.word.capitalize()}**" in section
