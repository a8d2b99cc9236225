"""Merges the states of two jobs. Pure."""

from exporter.jobs import sums
from exporter.jobs.added import RunsAfter, arrived_last, last_test
from exporter.jobs.history import (
    COMPLETED_RUNS,
    RECENT_RUNS,
    REPORTED_RUNS,
    latest,
    merged,
    newest_starts,
)
from exporter.jobs.state import JobState
from exporter.jobs.sums import first_of, last_of
from exporter.model import Order
from exporter.model.listed import Listed

_BEFORE_ALL: Order = (-1, 0)


def merge_states(one: JobState, other: JobState, runs_after: RunsAfter) -> JobState:
    """Return the state of two jobs whose runs become one job's.

    Args:
        one: a job's state.
        other: the other job's state.
        runs_after: counts the runs of both.
    """
    last_completed = latest(one.last_completed, other.last_completed)
    since = _BEFORE_ALL if last_completed is None else last_completed.order
    decided = latest(one.decided, other.decided)
    return JobState(
        runs=sums.merged(one.runs, other.runs),
        uploaded_bytes=sums.added(one.uploaded_bytes, other.uploaded_bytes),
        last=latest(one.last, other.last),
        last_completed=last_completed,
        last_complete=latest(one.last_complete, other.last_complete),
        consecutive_failures=runs_after(since).failed,
        recent=merged(one.recent, other.recent, RECENT_RUNS),
        completed=merged(one.completed, other.completed, COMPLETED_RUNS),
        tested=last_test(one.tested, other.tested),
        starts=newest_starts(tuple(sorted((*one.starts, *other.starts)))),
        reported=merged(one.reported, other.reported, REPORTED_RUNS),
        verified=last_of(one.verified, other.verified),
        interrupted_runs=runs_after(decided.order if decided else _BEFORE_ALL).interrupted,
        decided=decided,
        destination=one.destination.merged_with(other.destination),
        copies=one.copies.merged_with(other.copies),
        restored=last_of(one.restored, other.restored),
        compacted=last_of(one.compacted, other.compacted),
        first_start=first_of(one.first_start, other.first_start),
        posted_since=first_of(one.posted_since, other.posted_since),
        last_failed=arrived_last(one.last_failed, other.last_failed),
        dry_until=last_of(one.dry_until, other.dry_until),
        last_error=one.last_error or other.last_error,
        declared=one.declared or other.declared,
        listed=_listed(one.listed, other.listed),
    )


def _listed(one: Listed | None, other: Listed | None) -> Listed | None:
    """Return what tells that the backup is listed, if one of them does."""
    known = [each for each in (one, other) if each is not None]
    return min(known, key=lambda each: each.gone is not None, default=None)
