import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.conditions.evaluate import (
    AGED_INTERVALS,
    AGED_MORE,
    Census,
    Condition,
    conditions,
    judged,
    sentence,
)
from exporter.fleet import Fleet
from exporter.jobs import standing
from exporter.jobs.job import Job
from exporter.jobs.standing import SHRUNK_BELOW, SHRUNK_BYTES
from exporter.model import Counts, JobSettings, Status, StoredRun, Verification
from exporter.policy import Policy
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from exporter.views import JobView
from tests.conftest import CREATED
from tests.rules.rule_files import RULES
from tests.strategies.state import (
    START,
    activities,
    activity_of,
    change_of,
    fold,
    histories,
    server_named,
    stored_run,
)

DAYS = 5
LAST = START + (DAYS - 1) * DAY
NOW = LAST + HOUR


def daily(*, last: Status = Status.SUCCESS, sizes: tuple[int, ...] = (10**9,)) -> list[StoredRun]:
    """Return a run a day, the last one or more of another status or size."""
    found = [sizes[0]] * (DAYS - len(sizes)) + list(sizes)
    statuses = [Status.SUCCESS] * (DAYS - 1) + [last]
    return [
        stored_run(START + day * DAY, status=status, counts=Counts(examined_bytes=size))
        for day, (status, size) in enumerate(zip(statuses, found, strict=True))
    ]


def fleet_of(runs: list[StoredRun], settings: JobSettings | None = None) -> Fleet:
    fleet = Fleet(Policy(), CREATED)
    job = Job.of(1, 1, "Photos", fold(runs), settings or JobSettings())
    fleet.apply(change_of(server_named("nas"), job))
    return fleet


def view_of(runs: list[StoredRun], settings: JobSettings | None = None) -> JobView:
    view = fleet_of(runs, settings).job(1)
    assert view is not None
    return view


def heard(runs: list[StoredRun], began: Millis, last_heard: Millis) -> JobView:
    fleet = fleet_of(runs)
    fleet.hear(1, activity_of(began, began), began)
    fleet.hear(1, activity_of(began, last_heard), last_heard)
    view = fleet.job(1)
    assert view is not None
    return view


TESTED_BADLY = stored_run(LAST, verification=Verification(LAST, Status.ERROR))
TESTED_WELL = stored_run(LAST, verification=Verification(LAST, Status.WARNING))
PAUSED, OFF = JobSettings(paused=True), JobSettings(schedule="off")
LATE = LAST + DAY + 2 * HOUR
MONTH_LATER = LAST + 30 * DAY


@pytest.mark.parametrize(
    ("view", "now", "holding"),
    [
        (view_of(daily()), NOW, ["fine"]),
        (view_of(daily()), LATE, ["overdue"]),
        (view_of(daily()), MONTH_LATER, ["overdue", "old"]),
        (view_of(daily(last=Status.ERROR)), NOW, ["failing"]),
        (view_of(daily(last=Status.UNKNOWN)), NOW, ["failing"]),
        (view_of(daily(last=Status.FATAL)), LATE, ["overdue", "failing"]),
        (view_of(daily(last=Status.WARNING)), NOW, ["warning"]),
        (view_of([TESTED_BADLY]), NOW, ["damaged"]),
        (view_of([TESTED_WELL]), NOW, ["fine"]),
        (view_of(daily(sizes=(10**9, 6 * 10**8))), NOW, ["shrinking"]),
        (view_of(daily(sizes=(10**9, 7 * 10**8))), NOW, ["fine"]),
        (view_of(daily(sizes=(10**6, 0))), NOW, ["fine"]),
        (view_of(daily(sizes=(10**6 + 1, 0))), NOW, ["shrinking"]),
        (view_of(daily(last=Status.FATAL, sizes=(10**9, 0))), NOW, ["failing"]),
        (heard(daily(), LATE, LATE), LATE, ["running"]),
        (heard(daily(), LATE, LATE), LATE + 11 * MINUTE, ["overdue", "stalled"]),
        (heard(daily(), NOW, NOW), NOW + 11 * MINUTE, ["stalled"]),
        (heard(daily(), LATE, MONTH_LATER), MONTH_LATER, ["old", "running"]),
        (heard([], NOW, NOW), NOW, ["running", "new"]),
        (view_of(daily(), PAUSED), MONTH_LATER, ["paused"]),
        (view_of(daily(last=Status.ERROR), PAUSED), MONTH_LATER, ["failing", "paused"]),
        (view_of(daily(), OFF), MONTH_LATER, ["off"]),
    ],
)
def test_all_that_holds_for_a_job_is_told_worst_first(
    view: JobView, now: Millis, holding: list[str]
) -> None:
    found = conditions(view, now)
    assert [each.value for each in found] == holding
    assert judged([view], now) == [(view, found)]


def test_a_job_that_began_and_never_reported_is_not_fine() -> None:
    fleet = fleet_of([])
    fleet.hear(1, activity_of(NOW, NOW, ended=True), NOW)
    view = fleet.job(1)
    assert view is not None
    assert conditions(view, NOW + HOUR) == (Condition.NEW,)


def test_the_end_by_a_clock_that_runs_ahead_does_not_keep_a_backup_young() -> None:
    ahead = stored_run(START, duration=90 * DAY)
    younger = [ahead, stored_run(START + DAY, status=Status.ERROR)]
    assert Condition.OLD in conditions(view_of(younger), START + 10 * DAY)


def test_conditions_lie_in_the_order_of_their_ranks() -> None:
    assert [each.rank for each in Condition] == list(range(len(Condition)))
    assert [each.value for each in Condition if each.is_trouble] == [
        "overdue",
        "failing",
        "damaged",
        "stalled",
        "old",
        "shrinking",
    ]


def expression(alert: str) -> str:
    return next(rule.expression for rule in RULES if rule.name == alert)


def test_a_source_has_shrunk_by_the_limits_of_its_alert() -> None:
    told = expression("DuplistatusSourceShrank")
    assert [float(found) for found in re.findall(r"[<>] ([0-9.e]+)", told)] == [
        SHRUNK_BELOW,
        SHRUNK_BYTES,
    ]


def test_a_good_run_is_old_by_the_limits_of_its_alert() -> None:
    told = re.search(
        r"> ([0-9]+) \* duplistatus_backup_expected_interval_seconds \+ ([0-9]+)",
        expression("DuplistatusBackupTooOld"),
    )
    assert told is not None
    assert (int(told[1]), int(told[2]) * SECOND) == (AGED_INTERVALS, AGED_MORE)


def test_stored_files_are_damaged_by_the_limit_of_their_alert() -> None:
    told = re.search(r"> ([0-9]+)", expression("DuplistatusVerificationFailed"))
    assert told is not None
    assert {status for status in Status if status.code <= int(told[1])} == standing.SOUND


@given(histories(), st.integers(START, START + 60 * DAY))
def test_failing_and_overdue_are_those_of_the_fleets_figures(
    runs: list[StoredRun], now: Millis
) -> None:
    fleet = fleet_of(runs)
    totals, census = fleet.totals(now), Census.of(fleet.jobs(), now)
    assert census.jobs == totals.jobs
    assert census.count(Condition.OVERDUE) == totals.overdue
    assert census.count(Condition.FAILING) == totals.failing


@given(histories(least=1), activities(START + 20 * DAY), st.integers(START, START + 60 * DAY))
def test_nothing_is_fine_that_is_in_trouble_or_runs(
    runs: list[StoredRun], activity: object, now: Millis
) -> None:
    fleet = fleet_of(runs)
    fleet.hear(1, activity, START + 20 * DAY)  # type: ignore[arg-type] # drawn as one
    for view in fleet.jobs():
        found = conditions(view, now)
        assert found == tuple(sorted(set(found), key=lambda each: each.rank))
        assert (Condition.FINE in found) == (found == (Condition.FINE,))


def census(
    jobs: int, *, fine: int = 0, unwatched: int = 0, unjudged: int = 0, **held: int
) -> Census:
    counts = {Condition(name): count for name, count in held.items()}
    return Census(jobs, counts, fine, unwatched, unjudged)


@pytest.mark.parametrize(
    ("counted", "text"),
    [
        (census(0), "No backup has reported yet"),
        (census(0, unjudged=2), "0 of 2 backups are fine, 2 could not be judged"),
        (census(1, fine=1), "The only backup is fine"),
        (census(40, fine=40), "All 40 backups are fine"),
        (census(40, fine=40, running=2), "All 40 backups are fine"),
        (census(40, fine=40, warning=3), "All 40 backups are fine, 3 ended with warnings"),
        (census(40, fine=40, unjudged=1), "40 of 41 backups are fine, 1 could not be judged"),
        (census(40, overdue=2, failing=1), "2 of 40 backups are overdue, 1 failed"),
        (
            census(9000, overdue=2000, failing=1000),
            "2,000 of 9,000 backups are overdue, 1,000 failed",
        ),
        (census(40, overdue=1), "1 of 40 backups is overdue"),
        (census(1, overdue=1, failing=1), "The only backup is overdue, 1 failed"),
        (census(40, damaged=1), "1 of 40 backups failed the test of stored files"),
        (census(40, stalled=1, old=2), "1 of 40 backups fell silent, 2 have no recent version"),
        (census(40, old=1, shrinking=1), "1 of 40 backups has no recent version, 1 shrank"),
        (census(40, fine=39, new=1), "39 of 40 backups are fine, 1 has not ended a first run"),
        (census(3, fine=1, unwatched=2), "1 of 3 backups is fine, 2 are not watched"),
        (census(1, unwatched=1), "The only backup is not known to be fine, 1 is not watched"),
    ],
)
def test_the_sentence_tells_the_worst_first_and_hides_nothing(counted: Census, text: str) -> None:
    assert sentence(counted) == text


@pytest.mark.parametrize(
    ("counted", "text"),
    [
        (census(1, failing=1), "The only backup failed 3 hours ago"),
        (census(40, failing=1), "1 of 40 backups failed 3 hours ago"),
        (census(40, failing=2), "2 of 40 backups failed, the last 3 hours ago"),
        (census(40, overdue=2, failing=1), "2 of 40 backups are overdue, 1 failed 3 hours ago"),
        (census(40, fine=40), "All 40 backups are fine"),
    ],
)
def test_the_sentence_tells_when_the_last_failure_was(counted: Census, text: str) -> None:
    assert sentence(counted, "3 hours ago") == text


def test_the_last_failure_is_that_of_the_jobs_that_are_failing_now() -> None:
    mended = view_of([stored_run(LAST, status=Status.ERROR), stored_run(LAST + HOUR)])
    broken = view_of(daily(last=Status.FATAL))
    assert Census.of([mended], MONTH_LATER).last_failure is None
    assert Census.of([broken, mended], MONTH_LATER).last_failure == LAST
