"""When a pull says that the next run is expected, by what the server does."""

import threading

import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import ImportOutcome
from exporter.pull.client import transport
from exporter.times import DAY, HOUR, Millis, format_timestamp
from tests.exporter.pull.pulls import PullFrom, fill
from tests.support.daemon import NOW
from tests.support.duplicati.simulator import Canned, Simulator

PASSED: Millis = NOW - 2 * DAY
NEXT = PASSED + 4 * DAY
STATE = "/serverstate"
ALLOWED = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TOMORROW = ALLOWED[((PASSED + DAY) // DAY + 3) % 7]
UNREADABLE = [
    Canned(401),
    Canned(403),
    Canned(500),
    Canned(200, b"<html>"),
    Canned(200, b"[]"),
    Canned(200, b'{"ActiveTask": 5}'),
    Canned(200, b'{"Program', broken=True),
]


def plan(simulator: Simulator, days: list[str] | None = None) -> None:
    """Let Photos have run twice, and be planned for a moment that has passed."""
    simulator.backups = []
    schedule = {"Time": format_timestamp(PASSED), "Repeat": "1D", "AllowedDays": days}
    simulator.add_backup("2", "Photos to S3", schedule=schedule)
    fill(simulator, "2", 2, first=NOW - 10 * DAY)
    simulator.state["ProposedSchedule"] = [{"Item1": "2", "Item2": format_timestamp(NEXT)}]


def expected(fleet: Fleet) -> Millis | None:
    (view,) = fleet.jobs()
    return None if view.expectation is None else view.expectation.start


def test_what_neither_runs_nor_waits_is_expected_when_it_is_proposed(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    plan(duplicati)
    assert pulled().complete
    assert expected(fleet) == NEXT


@pytest.mark.parametrize(
    "state",
    [
        {"SchedulerQueueIds": [{"Item1": 5, "Item2": "2"}]},
        {"ActiveTask": {"Item1": 5, "Item2": "2"}},
        {"ProgramState": "Paused", "SchedulerQueueIds": [{"Item1": 5, "Item2": "2"}]},
    ],
)
def test_what_waits_or_runs_is_expected_at_the_time_that_passed(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet, state: dict[str, object]
) -> None:
    plan(duplicati)
    duplicati.state |= state
    pulled()
    assert expected(fleet) == PASSED
    duplicati.state |= {"ActiveTask": None, "SchedulerQueueIds": []}
    pulled()
    assert expected(fleet) == NEXT


@pytest.mark.parametrize("ahead", [-3 * HOUR, 3 * HOUR])
def test_a_moment_by_a_wrong_clock_is_expected_by_this_one(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet, ahead: Millis
) -> None:
    plan(duplicati)
    duplicati.ahead = ahead
    pulled()
    found = expected(fleet)
    assert found is not None
    assert abs(found - (NEXT - ahead)) < HOUR


def test_an_older_server_puts_off_what_is_not_allowed(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    plan(duplicati, [TOMORROW])
    duplicati.always[STATE] = Canned(404)
    assert pulled().complete
    assert expected(fleet) == PASSED + DAY


@pytest.mark.parametrize("answer", UNREADABLE)
def test_a_state_that_cannot_be_read_fails_no_pull(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet, answer: Canned
) -> None:
    plan(duplicati, [TOMORROW])
    duplicati.always[STATE] = answer
    summary = pulled()
    assert (summary.complete, summary.count(ImportOutcome.RECORDED)) == (True, 2)
    assert expected(fleet) == PASSED + DAY


def test_a_server_that_never_says_its_state_fails_no_pull(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_SILENT_SECONDS", 0.2)
    plan(duplicati, [TOMORROW])
    over = threading.Event()
    duplicati.before[STATE] = lambda: over.wait(10)
    summary = pulled()
    over.set()
    assert (summary.complete, summary.count(ImportOutcome.RECORDED)) == (True, 2)
    assert expected(fleet) == PASSED + DAY


def test_what_became_of_a_planned_run_must_be_known_before_the_next_is_expected(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    """The scheduler has moved on, and the run may have been skipped: nobody would miss it."""
    plan(duplicati)
    duplicati.state["SchedulerQueueIds"] = [{"Item1": 5, "Item2": "2"}]
    pulled()
    duplicati.backups[0]["Schedule"] |= {
        "Time": format_timestamp(NEXT),
        "LastRun": format_timestamp(PASSED),
    }
    duplicati.always[STATE] = Canned(500)
    pulled()
    assert expected(fleet) == PASSED
