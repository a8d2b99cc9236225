"""What holds of every history, whatever schedule is set."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.fleet import Fleet
from exporter.jobs.joining import merge_states as joined_states
from exporter.jobs.state import JobState
from exporter.model import JobSettings, StoredRun
from exporter.schedule import Expectation, Schedule, expect
from exporter.schedule.expressions import Auto, Cron, Every, Off
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import DAY, HOUR, Millis
from tests.support.daemon import CREATED
from tests.support.strategies.state import (
    BACKUPS,
    START,
    Kind,
    change_of,
    fold,
    histories,
    job_named,
    runs_after,
    server_named,
    whatever_order,
)

PLANS = (
    Auto(),
    Every(6 * HOUR),
    Every(7 * DAY),
    Cron("30 2 * * *", "Europe/Berlin"),
    Cron("0 3 * * 1-5", "America/New_York"),
    Cron("*/15 * * * *"),
    Off(),
)
SCHEDULES = st.builds(
    Schedule,
    expected_interval=st.integers(1, 30 * DAY),
    tolerance=st.integers(1, 7 * DAY),
    plan=st.sampled_from(PLANS),
)
MOMENTS = st.integers(START, START + 200 * DAY)


def overdue(expectation: Expectation | None, now: Millis) -> bool:
    return expectation is not None and expectation.overdue(now)


@given(histories(), SCHEDULES, st.integers(1, 30 * DAY), st.sampled_from(BACKUPS), st.data())
def test_a_report_that_comes_as_its_run_ends_never_leaves_its_job_overdue(
    history: list[StoredRun], schedule: Schedule, gap: Millis, kind: Kind, data: st.DataObject
) -> None:
    ends = [run.started + (run.run.duration or 0) for run in history]
    report = kind.at(max(ends, default=START) + gap)
    ended = report.started + (report.run.duration or 0)
    now = ended + data.draw(st.integers(0, schedule.tolerance), label="on its way")
    assert not overdue(expect(fold([*history, report]), schedule), now)


@given(histories(), SCHEDULES, MOMENTS, st.integers(0, 100 * DAY))
def test_time_that_passes_never_makes_a_job_less_overdue(
    history: list[StoredRun], schedule: Schedule, now: Millis, passed: Millis
) -> None:
    expectation = expect(fold(history), schedule)
    assert overdue(expectation, now) <= overdue(expectation, now + passed)


def numbered(runs: Sequence[StoredRun]) -> list[StoredRun]:
    """Give runs the ids of their arrival."""
    return [replace(run, id=number) for number, run in enumerate(runs, 1)]


@given(histories(), SCHEDULES, st.data())
def test_the_order_in_which_reports_arrive_does_not_matter(
    history: list[StoredRun], schedule: Schedule, data: st.DataObject
) -> None:
    arrived = data.draw(st.permutations(history))
    in_order, shuffled = fold(numbered(history)), fold(numbered(arrived))
    assert expect(shuffled, schedule) == expect(in_order, schedule)
    assert whatever_order(fold(arrived)) == whatever_order(fold(history))


@given(histories(), SCHEDULES, MOMENTS)
def test_a_job_paused_and_resumed_is_expected_as_before(
    history: list[StoredRun], schedule: Schedule, now: Millis
) -> None:
    state = fold(history)
    before, paused = expect(state, schedule), expect(state, replace(schedule, paused=True))
    assert not overdue(paused, now)
    resumed = expect(state, replace(replace(schedule, paused=True), paused=False))
    assert resumed == before


@given(st.lists(histories(least=1, most=6), min_size=1, max_size=4), MOMENTS, st.data())
def test_a_fleet_answers_as_before_once_a_paused_job_is_resumed(
    drawn: list[list[StoredRun]], now: Millis, data: st.DataObject
) -> None:
    fleet = Fleet(SchedulePolicy(), CREATED)
    jobs = [job_named("Mail", runs, number, number) for number, runs in enumerate(drawn, 1)]
    for job in jobs:
        fleet.apply(change_of(server_named("nas", job.server_id), job))
    before = fleet.totals(now), fleet.jobs(), fleet.overdue(now)
    job = data.draw(st.sampled_from(jobs))
    fleet.apply(Change(jobs=(replace(job, settings=JobSettings(paused=True)),)))
    assert job.id not in {view.job.id for view in fleet.overdue(now)}
    fleet.apply(Change(jobs=(job,)))
    assert (fleet.totals(now), fleet.jobs(), fleet.overdue(now)) == before


def joined(one: list[StoredRun], other: list[StoredRun]) -> JobState:
    both = [*one, *other]
    state = joined_states(fold(one), fold(other), lambda order: runs_after(both, order))
    return whatever_order(state)


@given(histories(most=60), st.data())
def test_the_states_of_two_jobs_join_to_the_state_of_all_their_runs(
    history: list[StoredRun], data: st.DataObject
) -> None:
    sides = data.draw(st.lists(st.booleans(), min_size=len(history), max_size=len(history)))
    one = [run for run, side in zip(history, sides, strict=True) if side]
    other = [run for run, side in zip(history, sides, strict=True) if not side]
    whole = whatever_order(fold(history))
    assert joined(one, other) == whole == joined(other, one)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(BACKUPS)), max_size=6), st.data())
def test_runs_that_started_at_one_time_on_two_machines_join_in_the_order_of_their_ids(
    drawn: list[tuple[int, Kind]], data: st.DataObject
) -> None:
    untested = [(day, kind._replace(tested=None)) for day, kind in drawn]
    runs = numbered([kind.at(START + day * DAY) for day, kind in sorted_by_day(untested)])
    sides = data.draw(st.lists(st.booleans(), min_size=len(runs), max_size=len(runs)))
    one = [run for run, side in zip(runs, sides, strict=True) if side]
    other = [run for run, side in zip(runs, sides, strict=True) if not side]
    assert joined(one, other) == whatever_order(fold(runs))


def sorted_by_day(drawn: list[tuple[int, Kind]]) -> list[tuple[int, Kind]]:
    return sorted(drawn, key=lambda each: each[0])
