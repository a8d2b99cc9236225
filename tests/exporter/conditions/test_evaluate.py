"""The conditions of a job, by its runs, its settings and the time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.conditions.evaluate import conditions, evaluate_all
from exporter.conditions.since import since
from exporter.conditions.upcoming import next_change
from exporter.fleet.views import JobView
from exporter.model import (
    UNNAMED,
    Copying,
    CopyOutcome,
    JobSettings,
    SecondCopy,
    Status,
    StoredRun,
    Verification,
)
from exporter.model.conditions import Condition
from exporter.model.live import REPORT_TIMEOUT
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.exporter.conditions.views import (
    ERROR,
    LAST,
    MONTH_LATER,
    NOW,
    STOPPED,
    SUCCESS,
    WARNING,
    daily,
    fleet_of,
    heard,
    row,
    view_named,
    view_of,
)
from tests.support.strategies.state import (
    START,
    activities,
    activity_of,
    histories,
    stored_run,
)

TESTED_BADLY = stored_run(LAST, verification=Verification(LAST, Status.ERROR))
TESTED_WELL = stored_run(LAST, verification=Verification(LAST, Status.WARNING))
PAUSED, OFF = JobSettings(paused=True), JobSettings(schedule="off")
MUTED = JobSettings(muted=MONTH_LATER + 1)
LATE = LAST + DAY + 2 * HOUR


@pytest.mark.parametrize(
    ("view", "now", "holding"),
    [
        (view_of(daily()), NOW, ["fine"]),
        (view_of(daily()), LATE, ["overdue"]),
        (view_of(daily()), MONTH_LATER, ["overdue", "stale"]),
        (view_of(daily(last=Status.ERROR)), NOW, ["failing"]),
        (view_of(daily(last=Status.UNKNOWN)), NOW, ["failing"]),
        (view_of(daily(last=Status.FATAL)), LATE, ["overdue", "failing"]),
        (view_of(daily(last=Status.WARNING)), NOW, ["warning"]),
        (view_of(daily(last=Status.INTERRUPTED)), NOW, ["interrupted"]),
        (view_of(daily(last=Status.INTERRUPTED)), LATE, ["overdue", "interrupted"]),
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
        (heard(daily(), LATE, MONTH_LATER), MONTH_LATER, ["stale", "running"]),
        (heard([], NOW, NOW), NOW, ["running", "waiting"]),
        (view_of(daily(), PAUSED), MONTH_LATER, ["paused"]),
        (view_of(daily(last=Status.ERROR), PAUSED), MONTH_LATER, ["failing", "paused"]),
        (view_of(daily(), OFF), MONTH_LATER, ["off"]),
        (view_of(daily(), MUTED), NOW, ["muted"]),
        (view_of(daily(), MUTED), MONTH_LATER, ["overdue", "stale", "muted"]),
        (view_of(daily(), MUTED), MONTH_LATER + 1, ["overdue", "stale"]),
        (view_of(daily(), replace(MUTED, paused=True)), NOW, ["muted", "paused"]),
    ],
)
def test_all_that_holds_for_a_job_is_told_worst_first(
    view: JobView, now: Millis, holding: list[str]
) -> None:
    found = conditions(view, now)
    assert [each.value for each in found] == holding
    assert evaluate_all([view], now) == [(view, found)]


@pytest.mark.parametrize(
    ("statuses", "holding"),
    [
        ((SUCCESS, STOPPED), ["interrupted"]),
        ((ERROR, STOPPED), ["failing", "interrupted"]),
        ((STOPPED, SUCCESS), ["fine"]),
        ((WARNING, ERROR), ["failing", "warning"]),
        ((WARNING, STOPPED), ["interrupted", "warning"]),
        ((SUCCESS, *[STOPPED] * 4), ["stale", "interrupted"]),
        ((SUCCESS, *[ERROR] * 4), ["failing", "stale"]),
        ([STOPPED] * 4, ["stale", "interrupted"]),
        ([ERROR] * 4, ["failing", "stale"]),
        ([STOPPED] * 3, ["interrupted"]),
        ((STOPPED, STOPPED, STOPPED, SUCCESS), ["fine"]),
    ],
)
def test_what_came_last_decides_and_no_success_for_long_is_stale_whatever_came(
    statuses: tuple[Status, ...], holding: list[str]
) -> None:
    now = START + len(statuses) * DAY - DAY + HOUR
    assert [each.value for each in conditions(view_of(row(*statuses)), now)] == holding


@pytest.mark.parametrize("settings", [PAUSED, OFF])
def test_of_what_a_person_let_be_no_success_is_asked(settings: JobSettings) -> None:
    held = conditions(view_of([stored_run(START, status=STOPPED)], settings), MONTH_LATER)
    assert Condition.STALE not in held
    assert Condition.INTERRUPTED in held


DESTINATION = "file:///mnt/copy"


def copied(day: int, *, well: bool) -> StoredRun:
    """Return a run that made a second copy, or that tells that it could not."""
    run = stored_run(START + day * DAY)
    copies = (SecondCopy(DESTINATION, run.started + MINUTE, SUCCESS),) if well else ()
    told = Copying(CopyOutcome.COPIED if well else CopyOutcome.MISSED, copies)
    return replace(run, run=replace(run.run, copying=told))


@pytest.mark.parametrize(
    ("made", "holding"),
    [
        ((True, True), ["fine"]),
        ((True, False), ["fine"]),
        ((True, False, False), ["second_copy"]),
        ((False, False, True), ["fine"]),
    ],
)
def test_a_second_copy_that_two_runs_missed_is_trouble(
    made: tuple[bool, ...], holding: list[str]
) -> None:
    view = view_of([copied(day, well=well) for day, well in enumerate(made)])
    now = START + len(made) * DAY - DAY + HOUR
    assert [each.value for each in conditions(view, now)] == holding


def test_a_second_copy_grows_too_old_though_no_run_says_that_it_was_missed() -> None:
    runs = [*(copied(day, well=True) for day in range(2)), *row(*[SUCCESS] * 9)[5:]]
    view = view_of(runs)
    old = START + DAY + MINUTE + 3 * DAY
    assert Condition.SECOND_COPY not in conditions(view, old)
    assert Condition.SECOND_COPY in conditions(view, old + 1)


@pytest.mark.parametrize("name", [UNNAMED, f"{UNNAMED} s3"])
def test_a_job_whose_reports_name_no_backup_is_in_trouble_until_a_person_clears_it(
    name: str,
) -> None:
    runs = row(ERROR, SUCCESS)
    arrived, now = runs[-1].received, START + DAY + HOUR
    held = [
        conditions(view_named(name, runs, JobSettings(cleared=cleared)), now)
        for cleared in (None, arrived - 1, arrived)
    ]
    both = (Condition.FAILING, Condition.UNNAMED)
    assert held == [both, (Condition.UNNAMED,), (Condition.FINE,)]


def test_a_job_that_began_and_never_reported_is_not_fine() -> None:
    fleet = fleet_of([])
    fleet.apply_live_report(1, activity_of(NOW, NOW, ended=True), NOW)
    view = fleet.job(1)
    assert view is not None
    missing = NOW + REPORT_TIMEOUT
    assert conditions(view, missing - 1) == (Condition.WAITING,)
    assert conditions(view, missing) == (Condition.UNREPORTED, Condition.WAITING)
    assert [next_change(view, at) for at in (NOW, missing - 1)] == [missing, missing]
    assert since(view, view.job.state, Condition.UNREPORTED) == NOW
    assert since(view, view.job.state, Condition.WAITING) is None


def test_the_end_by_a_clock_that_runs_ahead_does_not_keep_a_backup_young() -> None:
    ahead = replace(stored_run(START, duration=90 * DAY), received=START + MINUTE)
    younger = [ahead, stored_run(START + DAY, status=Status.ERROR)]
    assert Condition.STALE in conditions(view_of(younger), START + 10 * DAY)


def test_conditions_lie_in_the_order_of_their_ranks() -> None:
    assert [each.rank for each in Condition] == list(range(len(Condition)))
    assert [each.value for each in Condition if each.is_trouble] == [
        "overdue",
        "failing",
        "damaged",
        "stale",
        "stalled",
        "unreported",
        "interrupted",
        "shrinking",
        "filling",
        "second_copy",
        "gone",
        "unnamed",
    ]
    assert [each.value for each in Condition if each.is_critical] == [
        "overdue",
        "failing",
        "damaged",
        "stale",
    ]


@given(histories(least=1), activities(START + 20 * DAY), st.integers(START, START + 60 * DAY))
def test_nothing_is_fine_that_is_in_trouble_or_runs(
    runs: list[StoredRun], activity: object, now: Millis
) -> None:
    fleet = fleet_of(runs)
    fleet.apply_live_report(1, activity, START + 20 * DAY)  # type: ignore[arg-type] # drawn as one
    for view in fleet.jobs():
        found = conditions(view, now)
        assert found == tuple(sorted(set(found), key=lambda each: each.rank))
        assert (Condition.FINE in found) == (found == (Condition.FINE,))
