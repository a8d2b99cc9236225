"""What one more run changes in a state, value by value. Pure; used by `exporter.jobs.folding`."""

from collections.abc import Callable
from typing import NamedTuple

from exporter.jobs.history import (
    COMPLETED_RUNS,
    RECENT_RUNS,
    REPORTED_RUNS,
    CompletedRun,
    GoodRun,
    MeasuredRun,
    PastRun,
    RecentRun,
    ReportedRun,
    RunTimestamp,
    later,
    newest,
)
from exporter.jobs.state import JobState
from exporter.jobs.sums import last_of
from exporter.model import Order, Status, StoredRun, Verification, believed
from exporter.times import Millis


class After(NamedTuple):
    """How many backup runs of a job come after a place in their order, by how they ended."""

    failed: int
    interrupted: int


RunsAfter = Callable[[Order], After]
"""Counts the runs of a job after a place in the order of its runs."""


def none_after(_order: Order) -> After:
    """Return zeros, for runs that come in their order."""
    return After(0, 0)


def later_run(known: StoredRun | None, stored: StoredRun) -> StoredRun:
    """Return the one of two that started later."""
    return stored if known is None or known.order < stored.order else known


def last_completed(state: JobState, stored: StoredRun) -> GoodRun | None:
    """Return the newest run that completed."""
    status = stored.run.status
    if not status.completed:
        return state.last_completed
    good = GoodRun(stored.started, stored.id, believed.over(stored), status)
    return later(state.last_completed, good)


def measures(status: Status) -> bool:
    """Return whether a run that ended so counted its source as a whole."""
    return status not in (Status.FATAL, Status.INTERRUPTED)


def measured(state: JobState, stored: StoredRun) -> MeasuredRun | None:
    """Return the newest run that counted its source as a whole."""
    if not measures(stored.run.status):
        return state.last_complete
    counts = stored.run.counts
    entry = MeasuredRun(stored.started, stored.id, counts.examined_files, counts.examined_bytes)
    return later(state.last_complete, entry)


def failures(state: JobState, stored: StoredRun, runs_after: RunsAfter) -> int:
    """Return the failed runs since the last completed one."""
    if state.last_completed is not None and stored.order < state.last_completed.order:
        return state.consecutive_failures
    if not stored.run.status.completed:
        return state.consecutive_failures + stored.run.status.failed
    if state.last is None or state.last.order < stored.order:
        return 0
    return runs_after(stored.order).failed


def interrupted(state: JobState, stored: StoredRun, runs_after: RunsAfter) -> int:
    """Return the interrupted runs since the last one that completed or failed."""
    if state.decided is not None and stored.order < state.decided.order:
        return state.interrupted_runs
    if stored.run.status is Status.INTERRUPTED:
        return state.interrupted_runs + 1
    if state.last is None or state.last.order < stored.order:
        return 0
    return runs_after(stored.order).interrupted


def decided(state: JobState, stored: StoredRun) -> PastRun | None:
    """Return the newest run that completed or failed."""
    if stored.run.status is Status.INTERRUPTED:
        return state.decided
    return later(state.decided, PastRun(stored.started, stored.id))


def last_failed(state: JobState, stored: StoredRun) -> RunTimestamp | None:
    """Return the failure that arrived last, whenever its run started: it is new to people."""
    if not stored.run.status.failed:
        return state.last_failed
    return arrived_last(state.last_failed, RunTimestamp(stored.started, stored.id, stored.received))


def arrived_last(one: RunTimestamp | None, other: RunTimestamp | None) -> RunTimestamp | None:
    """Return the one of two failures, if any, that arrived later."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda each: (each.timestamp, each.order))


def reported(state: JobState, stored: StoredRun) -> tuple[ReportedRun, ...]:
    """Return the newest runs that reported when the next one is planned."""
    entry = planned(stored)
    return state.reported if entry is None else newest(state.reported, entry, REPORTED_RUNS)


def planned(stored: StoredRun) -> ReportedRun | None:
    """Return what a run reported of the next one."""
    timestamp = believed.next_start(stored)
    return None if timestamp is None else ReportedRun(stored.started, stored.id, timestamp)


def completed(state: JobState, stored: StoredRun) -> tuple[CompletedRun, ...]:
    """Return the completed runs that later ones are compared with."""
    if not stored.run.status.completed:
        return state.completed
    counts = stored.run.counts
    length = believed.length(stored)
    entry = CompletedRun(
        stored.started, stored.id, length, counts.examined_bytes, counts.changed_files
    )
    return newest(state.completed, entry, COMPLETED_RUNS)


def recent(state: JobState, stored: StoredRun) -> tuple[RecentRun, ...]:
    """Return the newest runs and how long they took."""
    entry = RecentRun(stored.started, stored.id, believed.took(stored), stored.run.status.code)
    return newest(state.recent, entry, RECENT_RUNS)


def tested(state: JobState, stored: StoredRun) -> Verification | None:
    """Return the last verification of stored files; one that was interrupted does not count."""
    found = believed.verification(stored)
    if found is None or found.status is Status.INTERRUPTED:
        return state.tested
    return last_test(state.tested, found)


def last_test(one: Verification | None, other: Verification | None) -> Verification | None:
    """Return the later of two verifications, if any; of one timestamp the worse."""
    if one is None or other is None:
        return one or other
    if one.at == other.at:
        return Verification(one.at, one.status.worse(other.status))
    return max(one, other, key=lambda each: each.at)


def verified(state: JobState, stored: StoredRun) -> Millis | None:
    """Return when the last verification without errors ended."""
    return last_of(state.verified, verified_at(stored))


def verified_at(stored: StoredRun) -> Millis | None:
    """Return when the verification in a run ended without errors."""
    found: Verification | None = believed.verification(stored)
    if found is None or not found.status.completed or stored.run.status is Status.FATAL:
        return None
    return found.at


def operation_ended_well(stored: StoredRun, operation: str) -> Millis | None:
    """Return when a run of an operation ended successfully, None otherwise."""
    run = stored.run
    ended_well = run.operation == operation and not run.dry_run and run.status.completed
    return believed.over(stored) if ended_well else None


def compacted_within(stored: StoredRun) -> Millis | None:
    """Return when a compact that was part of a run ended successfully."""
    reported_at = stored.run.compacted
    if reported_at is None or stored.run.dry_run:
        return None
    return believed.timestamp(stored, reported_at)
