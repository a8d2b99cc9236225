"""The limits of conditions are those of the alerts."""

import re

import pytest

from exporter.jobs import health
from exporter.jobs.ageing import STALE_MARGIN, STALE_PAUSES
from exporter.jobs.health import SHRUNK_BELOW, SHRUNK_BYTES
from exporter.jobs.space import FILLING_AHEAD, FULL_AT_FREE
from exporter.model import (
    Status,
)
from exporter.times import SECOND
from tests.rules.rule_files import RULES


def expression(alert: str) -> str:
    return next(rule.expression for rule in RULES if rule.name == alert)


def test_a_source_has_shrunk_by_the_limits_of_its_alert() -> None:
    told = expression("DuplistatusSourceShrank")
    assert [float(found) for found in re.findall(r"[<>] ([0-9.e]+)", told)] == [
        SHRUNK_BELOW,
        SHRUNK_BYTES,
    ]


def numbers(alert: str) -> list[float]:
    """Return the numbers of an alert's expression, in their order."""
    return [float(found) for found in re.findall(r"(?<![\w.])[0-9][0-9.]*", expression(alert))]


def test_a_destination_is_filling_up_by_the_limits_of_its_alert() -> None:
    days, seconds, free = numbers("DuplistatusDestinationFillingUp")
    assert (days * seconds * SECOND, free) == (FILLING_AHEAD, FULL_AT_FREE)


def test_a_run_is_unusual_by_the_limits_of_the_two_alerts() -> None:
    assert numbers("DuplistatusChurnSpike") == [
        health.UNUSUAL_CHANGES,
        health.MANY_FILES,
        health.SOME_FILES,
        health.MOST_OF_SOURCE,
    ]
    assert numbers("DuplistatusDurationAnomaly") == [
        health.UNUSUAL_LENGTH,
        health.MUCH_LONGER / SECOND,
    ]


@pytest.mark.parametrize("alert", ["DuplistatusBackupTooOld", "DuplistatusBackupNeverSucceeded"])
def test_a_last_success_is_stale_by_the_limits_of_its_alerts(alert: str) -> None:
    told = re.search(
        r"> ([0-9]+) \* duplistatus_backup_expected_interval_seconds \+ ([0-9]+)",
        expression(alert),
    )
    assert told is not None
    assert (int(told[1]), int(told[2]) * SECOND) == (STALE_PAUSES, STALE_MARGIN)


def test_stored_files_are_damaged_by_the_limit_of_their_alert() -> None:
    told = re.search(r"> ([0-9]+)", expression("DuplistatusVerificationFailed"))
    assert told is not None
    assert {status for status in Status if status.code <= int(told[1])} == health.VERIFIED_OK
