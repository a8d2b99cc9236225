"""A timeline shows at every time what a daemon would have shown from what had arrived."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.exports import TimeGrid
from exporter.exports.replay import timeline
from exporter.exposition.families import JOB_FAMILIES, JobSnapshot, Sample
from exporter.jobs.removed import baseline_state
from exporter.model import Status, StoredRun
from exporter.model.declared import Declared
from exporter.schedule import Schedule, ScheduleSource, expect
from exporter.schedule.expressions import Cron, Every, Off
from exporter.store import JobHistory
from exporter.times import DAY, HOUR, MINUTE
from tests.support.strategies.state import (
    START,
    fold,
    histories,
    job_named,
    server_named,
    stored_run,
)

LABELS = ("1", "nas", "Documents")
SCHEDULES = st.sampled_from(
    [
        Schedule(),
        Schedule(tolerance=MINUTE, expected_interval=6 * HOUR),
        Schedule(plan=Every(12 * HOUR)),
        Schedule(plan=Cron("0 3 * * 1-5", "Europe/Berlin")),
        Schedule(plan=Off()),
        Schedule(paused=True),
    ]
)


def history_of(stored: Sequence[StoredRun], removed: Sequence[StoredRun] = ()) -> JobHistory:
    """Build a job whose runs came in the order of their arrival; some are no longer stored."""
    arrived = sorted((*removed, *stored), key=lambda run: (run.received, run.id))
    job = job_named("Documents", arrived)
    runs = [run for run in arrived if run not in removed]
    return JobHistory(server_named("nas"), job, runs, frozenset())


def shown(history: JobHistory, schedule: Schedule, grid: TimeGrid) -> dict[int, JobSnapshot]:
    """Return what each slot shows; see that none shows two things and all come in order."""
    slots = [
        (slot, span.snapshot)
        for span in timeline(history, schedule, grid)
        for slot in range(span.first, span.end)
    ]
    assert [slot for slot, _ in slots] == sorted({slot for slot, _ in slots})
    return dict(slots)


def test_a_declared_job_is_there_before_its_first_run() -> None:
    first = stored_run(START + 3 * DAY)
    job = job_named("Documents", [first])
    job = job.with_state(replace(job.state, declared=Declared(START + HOUR)))
    history = JobHistory(server_named("nas"), job, [first], frozenset())
    grid = TimeGrid.between(START, START + 4 * DAY, HOUR)
    slots = shown(history, Schedule(), grid)
    assert min(slots) == 1
    came = grid.slot(first.received)
    overdue = [slot for slot, snapshot in slots.items() if snapshot.overdue]
    assert overdue == list(range(grid.slot(START + DAY + 3 * HOUR + 1), came))
    assert slots[came - 1].state.last is None
    assert slots[came].state.last == first


def judged(runs: Sequence[StoredRun], schedule: Schedule, now: int) -> JobSnapshot | None:
    """Return what the live exposition shows of a job whose runs came in this order."""
    state = fold(run for run in runs if run.received <= now)
    expectation = expect(state, schedule)
    overdue = expectation is not None and expectation.overdue(now)
    snapshot = JobSnapshot(
        state, state.baseline(), expectation, overdue, LABELS, failing=state.decided_failed
    )
    return snapshot if state.is_backup else None


def exposed(snapshot: JobSnapshot | None) -> list[list[Sample]]:
    """Return all samples of a job."""
    return [] if snapshot is None else [list(each.samples(snapshot)) for each in JOB_FAMILIES]


@given(
    histories(most=12),
    st.lists(st.integers(0, 3 * DAY), min_size=12, max_size=12),
    SCHEDULES,
    st.sampled_from([HOUR, 5 * HOUR]),
)
def test_every_moment_shows_what_had_arrived_by_then_whatever_the_order(
    runs: list[StoredRun], delays: list[int], schedule: Schedule, step: int
) -> None:
    late = [
        replace(run, received=run.received + delay)
        for run, delay in zip(runs, delays, strict=False)
    ]
    history = history_of(late)
    grid = TimeGrid.between(START + DAY // 3, START + 12 * DAY, step)
    found = shown(history, schedule, grid)
    for slot in range(grid.count):
        expected = judged(history.runs, schedule, grid.first + slot * step)
        assert found.get(slot) == expected


@given(histories(least=2, most=30), st.integers(0, 30), SCHEDULES)
def test_what_was_removed_counts_and_the_end_is_as_the_daemon_shows_it(
    runs: list[StoredRun], removed: int, schedule: Schedule
) -> None:
    arrived = [replace(run, received=run.started + DAY) for run in runs]
    history = history_of(arrived[removed:], arrived[:removed])
    grid = TimeGrid.between(START, arrived[-1].received + 2 * DAY, DAY)
    last = grid.first + (grid.count - 1) * DAY
    assert last >= arrived[-1].received
    found = shown(history, schedule, grid).get(grid.count - 1)
    assert exposed(found) == exposed(judged(arrived, schedule, last))


@given(histories(least=2, most=30), st.integers(0, 30))
def test_counters_never_fall_though_runs_were_removed(runs: list[StoredRun], removed: int) -> None:
    history = history_of(runs[removed:], runs[:removed])
    snapshots = shown(history, Schedule(), TimeGrid.between(START, START + 60 * DAY, 12 * HOUR))
    counts = [snapshots[slot].state.runs for slot in sorted(snapshots)]
    assert all(
        earlier <= later
        for before, after in pairwise(counts)
        for earlier, later in zip(before, after, strict=True)
    )


def test_a_job_of_which_nothing_was_removed_begins_with_nothing() -> None:
    runs = [stored_run(START + number * DAY) for number in range(30)]
    assert baseline_state(fold(runs), runs) == fold([])


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_failures_in_a_row_count_from_the_first_though_it_was_removed(kept: int) -> None:
    statuses = (Status.SUCCESS, Status.ERROR, Status.FATAL, Status.ERROR)
    runs = [stored_run(START + n * DAY, status=status) for n, status in enumerate(statuses)]
    removed = runs[: 3 - kept]
    history = history_of(runs[3 - kept :], removed)
    snapshots = shown(history, Schedule(), TimeGrid.between(START, START + 5 * DAY, DAY))
    last = snapshots[max(snapshots)]
    assert last.state.consecutive_failures == 3
    assert last.state.last_completed is not None
    assert last.state.last_completed.id == runs[0].id


def test_a_job_whose_backups_were_all_removed_shows_the_last_from_its_arrival_on() -> None:
    backup = stored_run(START + DAY)
    tested = stored_run(START + 3 * DAY, operation="Test")
    snapshots = shown(
        history_of([tested], [backup]), Schedule(), TimeGrid.between(START, START + 4 * DAY, DAY)
    )
    assert sorted(snapshots) == [2, 3]
    assert snapshots[2].state.last == backup


def test_what_the_scheduler_was_asked_counts_from_the_run_that_was_the_last_then() -> None:
    first, last = stored_run(START), stored_run(START + DAY)
    known = history_of([first, last])
    job = known.job.with_state(known.job.state.with_plan(START + 5 * DAY, 4 * DAY, START))
    snapshots = shown(
        known._replace(job=job), Schedule(), TimeGrid.between(START + HOUR, START + 3 * DAY, HOUR)
    )
    expected = expect(job.state, Schedule())
    assert expected is not None
    assert expected.source is ScheduleSource.REPORTED
    assert snapshots[max(snapshots)].expectation == expected
    before = snapshots[0].expectation
    assert before is not None
    assert before.source is ScheduleSource.DEFAULT


def test_a_job_turns_overdue_right_behind_its_deadline() -> None:
    history = history_of([stored_run(START, duration=None)])
    deadline = START + DAY + HOUR
    grid = TimeGrid.between(deadline - 2, deadline + MINUTE, 1)
    assert [shown(history, Schedule(), grid)[slot].overdue for slot in range(4)] == [
        False,
        False,
        False,
        True,
    ]
