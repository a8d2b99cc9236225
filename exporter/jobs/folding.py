"""How a state comes of runs. Pure.

Runs may come in any order: the outcome is that of their starts, never of their arrival.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from exporter.jobs import sums
from exporter.jobs.history import (
    COMPLETED_RUNS,
    RECENT_RUNS,
    CompletedRun,
    Entry,
    PastRun,
    RecentRun,
    ReportedRun,
    ToldMoment,
    later,
    newest,
    with_start,
    without,
    without_start,
)
from exporter.jobs.removed import state_before
from exporter.jobs.state import JobState
from exporter.jobs.sums import first_of, last_of
from exporter.model import (
    CLOCK_TOLERANCE,
    COMPACT,
    RESTORE,
    Order,
    Status,
    StoredRun,
    Verification,
)
from exporter.times import Millis


class After(NamedTuple):
    """How many backup runs of a job come after a place in their order, by what became of them."""

    failed: int
    interrupted: int


RunsAfter = Callable[[Order], After]
"""Counts the runs of a job after a place in the order of its runs."""


def with_run(state: JobState, stored: StoredRun, runs_after: RunsAfter) -> JobState:
    """Return a state with one more run.

    Args:
        state: without the run.
        stored: the run.
        runs_after: asked only when a run arrives later than others that followed it.
    """
    told = _with_operations(state, stored)
    if not stored.run.is_backup:
        return told
    return replace(
        told,
        runs=sums.counted(state.runs, stored.run.status),
        uploaded_bytes=sums.added(state.uploaded_bytes, stored.run.counts.uploaded_bytes),
        last=_later(state.last, stored),
        last_completed=_last_completed_with(state, stored),
        measured=_measured_with(state, stored),
        consecutive_failures=_failures_with(state, stored, runs_after),
        recent=newest(state.recent, _recent(stored), RECENT_RUNS),
        reported=_reported_with(state, stored),
        completed=_completed_with(state, stored),
        starts=with_start(state.starts, stored.started),
        interrupted_runs=_interrupted_with(state, stored, runs_after),
        decided=_decided_with(state, stored),
        destination=state.destination.with_run(stored),
        copies=state.copies.with_run(stored),
        first_start=first_of(state.first_start, stored.started),
        last_failed=_last_failed_with(state, stored),
    )


def without_stand_in(state: JobState, stored: StoredRun, last: StoredRun | None) -> JobState:
    """Return a state without a run that stood in for its report: it failed, counting nothing.

    Args:
        state: with the run.
        stored: the run.
        last: the one of the other runs that started last.
    """
    return replace(_without(state, stored), last=last)


def with_more_told(
    state: JobState, known: StoredRun, fuller: StoredRun, runs_after: RunsAfter
) -> JobState:
    """Return a state with a run of which a second report told more.

    Args:
        state: with the run as it was known.
        known: the run as it was known.
        fuller: the run as it is known now; it still completed, failed or was interrupted.
        runs_after: counts the runs of the job.
    """
    changed = with_run(_without(state, known), fuller, runs_after)
    told_before = known.run.counts.uploaded_bytes is not None
    uploaded = state.uploaded_bytes if told_before else changed.uploaded_bytes
    return replace(changed, uploaded_bytes=uploaded)


def rebuilt(kept: JobState, known: Sequence[StoredRun], runs: Iterable[StoredRun]) -> JobState:
    """Return a state made anew of the stored runs, and of what those that are gone had left.

    Args:
        kept: the state that was kept of the runs as they were known.
        known: the stored runs as they were known.
        runs: the stored runs as they are now, in the order of their starts.
    """
    state = state_before(kept, known)
    for stored in runs:
        state = with_run(state, stored, _none_after)
    return state


def _none_after(_order: Order) -> After:
    """Runs that come in their order have none after them."""
    return After(0, 0)


def _without(state: JobState, stored: StoredRun) -> JobState:
    """Return a state without a run, but for what only a newer run replaces."""
    status = stored.run.status
    completed, decided = state.last_completed, state.decided
    failed_since = status.failed and (completed is None or completed.order < stored.order)
    interrupted_since = status is Status.INTERRUPTED and (
        decided is None or decided.order < stored.order
    )
    return replace(
        state,
        runs=sums.counted(state.runs, status, -1),
        last=_other_than(state.last, stored),
        last_completed=_other_than(state.last_completed, stored),
        measured=_other_than(state.measured, stored),
        consecutive_failures=state.consecutive_failures - failed_since,
        recent=without(state.recent, stored.id),
        completed=without(state.completed, stored.id),
        reported=without(state.reported, stored.id),
        starts=without_start(state.starts, stored.started),
        interrupted_runs=state.interrupted_runs - interrupted_since,
        decided=_unless_of(decided, stored),
        last_failed=_unless_of(state.last_failed, stored),
    )


def _unless_of(kept: Entry | None, stored: StoredRun) -> Entry | None:
    return None if kept is None or kept.id == stored.id else kept


def _other_than(kept: StoredRun | None, stored: StoredRun) -> StoredRun | None:
    return None if kept is None or kept.id == stored.id else kept


def _with_operations(state: JobState, stored: StoredRun) -> JobState:
    """Take what any operation tells: a test, a restore or a compact, alone or within."""
    return replace(
        _with_test(state, stored.verification),
        restored=last_of(state.restored, _ended_well(stored, RESTORE)),
        compacted=last_of(state.compacted, _ended_well(stored, COMPACT) or _compacted(stored)),
    )


def _ended_well(stored: StoredRun, operation: str) -> Millis | None:
    run = stored.run
    if run.operation != operation or run.dry_run or not run.status.completed:
        return None
    return stored.started if run.ended is None else stored.put_right(run.ended)


def _compacted(stored: StoredRun) -> Millis | None:
    told = stored.run.compacted
    return None if told is None or not stored.run.is_backup else stored.put_right(told)


def _with_test(state: JobState, found: Verification | None) -> JobState:
    if found is None:
        return state
    newer = state.tested is None or state.tested.at <= found.at
    return replace(
        state,
        tested=found if newer else state.tested,
        verified=last_of(state.verified, found.at if found.status.completed else None),
    )


def _last_completed_with(state: JobState, stored: StoredRun) -> StoredRun | None:
    if not stored.run.status.completed:
        return state.last_completed
    return _later(state.last_completed, _lean(stored))


def _measured_with(state: JobState, stored: StoredRun) -> StoredRun | None:
    if stored.run.status in (Status.FATAL, Status.INTERRUPTED):
        return state.measured
    return _later(state.measured, _lean(stored))


def _failures_with(state: JobState, stored: StoredRun, runs_after: RunsAfter) -> int:
    if state.last_completed is not None and stored.order < state.last_completed.order:
        return state.consecutive_failures
    if not stored.run.status.completed:
        return state.consecutive_failures + stored.run.status.failed
    if state.last is None or state.last.order < stored.order:
        return 0
    return runs_after(stored.order).failed


def _interrupted_with(state: JobState, stored: StoredRun, runs_after: RunsAfter) -> int:
    if state.decided is not None and stored.order < state.decided.order:
        return state.interrupted_runs
    if stored.run.status is Status.INTERRUPTED:
        return state.interrupted_runs + 1
    if state.last is None or state.last.order < stored.order:
        return 0
    return runs_after(stored.order).interrupted


def _decided_with(state: JobState, stored: StoredRun) -> PastRun | None:
    if stored.run.status is Status.INTERRUPTED:
        return state.decided
    return later(state.decided, PastRun(stored.started, stored.id))


def _last_failed_with(state: JobState, stored: StoredRun) -> ToldMoment | None:
    if not stored.run.status.failed:
        return state.last_failed
    return later(state.last_failed, ToldMoment(stored.started, stored.id, stored.received))


def _reported_with(state: JobState, stored: StoredRun) -> tuple[ReportedRun, ...]:
    moment = stored.run.next_scheduled
    if moment is None:
        return state.reported
    entry = ReportedRun(stored.started, stored.id, moment - stored.ahead)
    return newest(state.reported, entry, RECENT_RUNS)


def _completed_with(state: JobState, stored: StoredRun) -> tuple[CompletedRun, ...]:
    if not stored.run.status.completed:
        return state.completed
    counts = stored.run.counts
    entry = CompletedRun(
        stored.started,
        stored.id,
        stored.run.duration,
        counts.examined_bytes,
        counts.changed_files,
    )
    return newest(state.completed, entry, COMPLETED_RUNS)


def _recent(stored: StoredRun) -> RecentRun:
    """Return what a run leaves for the deadline; the next runs are waited for as long as it took.

    The length of one that was interrupted teaches nothing, nor that of one whose begin nobody
    knows; and none is believed beyond the arrival of its report.
    """
    run = stored.run
    duration = run.duration
    if run.status is Status.INTERRUPTED or run.began is None:
        duration = None
    elif duration is not None and run.began == stored.started:
        duration = min(duration, stored.received + CLOCK_TOLERANCE - stored.started)
    return RecentRun(stored.started, stored.id, duration, run.status)


def _later(known: StoredRun | None, stored: StoredRun) -> StoredRun:
    return stored if known is None or known.order < stored.order else known


def _lean(stored: StoredRun) -> StoredRun:
    """Leave out what is shown of the last run only: a state holds up to three runs."""
    return replace(stored, run=replace(stored.run, reason=None, copying=None))
