"""Runs that two jobs have both, before they become runs of one.

A machine that is pulled under one identity and posts under another one has each of its runs twice,
until a person merges the two servers. What is only posted is never taken for the same, unless it
began in the same millisecond: two machines may well begin in the same second.
"""

from collections.abc import Collection, Iterator, Sequence

from exporter.jobs.folding import rebuilt
from exporter.jobs.job import Job
from exporter.model import StoredRun
from exporter.store.rules import read_queries, removing
from exporter.store.session import Session
from exporter.times import SECOND, Millis

_AT_ONCE = 500
"""Runs that one statement removes."""

_Key = tuple[str, bool, Millis]


def remove(db: Session, job: Job, other: Job) -> tuple[Job, Job]:
    """Remove one run of each two that are the same, and return the jobs without those.

    The posted one stays, else that of the first job. Needs a transaction.
    """
    runs = read_queries.runs_of(db, job.id), read_queries.runs_of(db, other.id)
    surplus = sorted({_surplus(*pair).id for pair in _pairs(*runs)})
    for first in range(0, len(surplus), _AT_ONCE):
        removing.remove_runs(db, surplus[first : first + _AT_ONCE])
    return _without(job, runs[0], {*surplus}), _without(other, runs[1], {*surplus})


def _without(job: Job, runs: Sequence[StoredRun], surplus: Collection[int]) -> Job:
    kept = [run for run in runs if run.id not in surplus]
    return job if len(kept) == len(runs) else job.with_state(rebuilt(job.state, runs, kept))


def _surplus(one: StoredRun, other: StoredRun) -> StoredRun:
    is_better = other.run.source is None and one.run.source is not None
    return one if is_better else other


def _pairs(
    runs: Sequence[StoredRun], others: Sequence[StoredRun]
) -> Iterator[tuple[StoredRun, StoredRun]]:
    known = {key: run for run in runs if (key := _key(run)) is not None}
    for other in others:
        key = _key(other)
        one = None if key is None else known.get(key)
        if one is not None and _are_same(one, other):
            yield one, other


def _key(stored: StoredRun) -> _Key | None:
    """Return what two runs have in common that may be the same; None without a begin."""
    run = stored.run
    return None if run.began is None else (run.operation, run.dry_run, run.began // SECOND)


def _are_same(one: StoredRun, other: StoredRun) -> bool:
    """Return whether two runs that began in the same second are one.

    A text report cuts its begin to seconds.
    """
    both = [each.run.began or 0 for each in (one, other)]
    is_cut = any(began % SECOND == 0 for began in both)
    is_fetched = one.run.source is not None or other.run.source is not None
    return (is_fetched and is_cut) or (both[0] == both[1] and (is_fetched or not is_cut))
