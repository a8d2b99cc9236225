"""Computes a state from runs. Pure.

Runs may come in any order: the result depends on their starts, never on their arrival.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from exporter.jobs import added, sums
from exporter.jobs.added import After, RunsAfter, none_after
from exporter.jobs.history import (
    REPORTED_RUNS,
    PastRun,
    ReportedRun,
    newest,
    unless_of,
    with_start,
    without,
    without_start,
)
from exporter.jobs.removed import baseline_state
from exporter.jobs.reported import dry_until
from exporter.jobs.state import JobState
from exporter.jobs.sums import first_of, last_of
from exporter.model import COMPACT, RESTORE, Status, StoredRun, believed

__all__ = [
    "After",
    "RunsAfter",
    "fits_in_place",
    "rebuilt",
    "with_more_told",
    "with_run",
    "without_placeholder",
]


def with_run(state: JobState, stored: StoredRun, runs_after: RunsAfter) -> JobState:
    """Return a state with one more run.

    Args:
        state: without the run.
        stored: the run.
        runs_after: called only when a run arrives later than others that followed it.
    """
    if not stored.run.is_backup:
        return _with_operation(state, stored)
    return _with_backup(state, stored, runs_after)


def _with_backup(state: JobState, stored: StoredRun, runs_after: RunsAfter) -> JobState:
    return replace(
        state,
        tested=added.tested(state, stored),
        verified=added.verified(state, stored),
        compacted=last_of(state.compacted, added.compacted_within(stored)),
        runs=sums.counted(state.runs, stored.run.status),
        uploaded_bytes=sums.added(state.uploaded_bytes, believed.uploaded(stored)),
        last=added.later_run(state.last, stored),
        last_completed=added.last_completed(state, stored),
        last_complete=added.measured(state, stored),
        consecutive_failures=added.failures(state, stored, runs_after),
        recent=added.recent(state, stored),
        reported=added.reported(state, stored),
        completed=added.completed(state, stored),
        starts=with_start(state.starts, stored.started),
        interrupted_runs=added.interrupted(state, stored, runs_after),
        decided=added.decided(state, stored),
        destination=state.destination.with_run(stored),
        copies=state.copies.with_run(stored),
        first_start=first_of(state.first_start, stored.started),
        last_failed=added.last_failed(state, stored),
    )


def without_placeholder(state: JobState, stored: StoredRun, last: StoredRun | None) -> JobState:
    """Return a state without a placeholder run, which failed and counted nothing.

    Args:
        state: with the run.
        stored: the run.
        last: the one of the other runs that started last.
    """
    rest = replace(_without(state, stored), last=last)
    if state.decided is None or state.decided.id != stored.id:
        return rest
    return replace(rest, decided=_decided_of(rest), interrupted_runs=_interrupted_of(rest))


def fits_in_place(known: StoredRun, fuller: StoredRun) -> bool:
    """Return whether `with_more_told` can be used; else the state must be `rebuilt`.

    Values that only an older run could replace are not kept, so none may be withdrawn.
    """
    before, now = known.run.status, fuller.run.status
    return (
        known.order == fuller.order
        and known.run.is_backup == fuller.run.is_backup
        and (before.completed, before.failed) == (now.completed, now.failed)
        and (added.measures(now) or not added.measures(before))
        and believed.verification(known) in (None, believed.verification(fuller))
    )


def with_more_told(
    state: JobState, known: StoredRun, fuller: StoredRun, runs_after: RunsAfter
) -> JobState:
    """Return a state with a run of which a second report had more values.

    Args:
        state: with the run as it was known.
        known: the run as it was known.
        fuller: the run as it is known now, which `fits_in_place`.
        runs_after: counts the runs of the job.
    """
    if not known.run.is_backup:
        return with_run(state, fuller, runs_after)
    changed = with_run(_without(state, known), fuller, runs_after)
    was_known = believed.uploaded(known) is not None
    uploaded = state.uploaded_bytes if was_known else changed.uploaded_bytes
    return _with_plans(replace(changed, uploaded_bytes=uploaded), state, [known])


def rebuilt(kept: JobState, known: Sequence[StoredRun], runs: Iterable[StoredRun]) -> JobState:
    """Return a state rebuilt from the stored runs and from what the removed ones had added.

    Args:
        kept: the state that was kept of the runs as they were known.
        known: the stored runs as they were known.
        runs: the stored runs as they are now, in the order of their starts.
    """
    state = baseline_state(kept, known)
    for stored in runs:
        state = with_run(state, stored, none_after)
    copies = replace(state.copies, older=())
    return _with_plans(replace(state, copies=copies), kept, known)


def _without(state: JobState, stored: StoredRun) -> JobState:
    """Return a state without a run, but for what only a newer run replaces."""
    ids = (stored.id,)
    return replace(
        state,
        runs=sums.counted(state.runs, stored.run.status, -1),
        last=unless_of(state.last, ids),
        last_completed=unless_of(state.last_completed, ids),
        last_complete=unless_of(state.last_complete, ids),
        consecutive_failures=state.consecutive_failures - _failed_since(state, stored),
        recent=without(state.recent, stored.id),
        completed=without(state.completed, stored.id),
        reported=without(state.reported, stored.id),
        starts=without_start(state.starts, stored.started),
        interrupted_runs=state.interrupted_runs - _interrupted_since(state, stored),
        decided=unless_of(state.decided, ids),
        last_failed=unless_of(state.last_failed, ids),
    )


def _failed_since(state: JobState, stored: StoredRun) -> bool:
    """Return whether a run is one of the failures in a row."""
    completed = state.last_completed
    return stored.run.status.failed and (completed is None or completed.order < stored.order)


def _interrupted_since(state: JobState, stored: StoredRun) -> bool:
    """Return whether a run is one of those that were interrupted in a row."""
    decided, stopped = state.decided, stored.run.status is Status.INTERRUPTED
    return stopped and (decided is None or decided.order < stored.order)


def _decided_of(state: JobState) -> PastRun | None:
    """Return the newest run that completed or failed, among the recent ones."""
    found = [run for run in state.recent if run.status is not Status.INTERRUPTED]
    return PastRun(found[-1].started, found[-1].id) if found else None


def _interrupted_of(state: JobState) -> int:
    decided = _decided_of(state)
    return sum(decided is None or run.order > decided.order for run in state.recent)


def _with_plans(state: JobState, kept: JobState, known: Sequence[StoredRun]) -> JobState:
    """Return a state with the plans that Duplicati's scheduler returned after some of the runs."""
    own = {stored.id: added.planned(stored) for stored in known}
    plans = [entry for entry in kept.reported if entry.id in own and entry != own[entry.id]]
    for plan in plans:
        state = replace(state, reported=_with_plan(state.reported, plan))
    return state


def _with_plan(reported: tuple[ReportedRun, ...], plan: ReportedRun) -> tuple[ReportedRun, ...]:
    return newest(without(reported, plan.id), plan, REPORTED_RUNS)


def _with_operation(state: JobState, stored: StoredRun) -> JobState:
    """Return a state with an operation that is not a backup: a test, a restore or a compact."""
    alone = added.operation_ended_well(stored, COMPACT)
    compacted = last_of(alone, added.compacted_within(stored))
    return replace(
        state,
        tested=added.tested(state, stored),
        verified=added.verified(state, stored),
        restored=last_of(state.restored, added.operation_ended_well(stored, RESTORE)),
        compacted=last_of(state.compacted, compacted),
        dry_until=last_of(state.dry_until, dry_until(stored)),
    )
