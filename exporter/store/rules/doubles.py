"""Runs that two jobs have both, before they become runs of one.

A machine that is pulled under one identity and posts under another one has each of its runs twice,
until a person merges the two servers. What is only posted is never taken for the same, unless it
began in the same millisecond: two machines may well begin in the same second.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from exporter.jobs.folding import rebuilt
from exporter.jobs.job import Job
from exporter.model import StoredRun
from exporter.store.rules import read_queries, removing
from exporter.store.session import Session
from exporter.times import SECOND, Millis

_AT_ONCE = 500
"""Runs that one statement removes."""

_Key = tuple[str, bool, Millis | None]


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
    alike: defaultdict[_Key, list[StoredRun]] = defaultdict(list)
    for run in runs:
        alike[_key(run)].append(run)
    for other in others:
        same = [run for run in alike.get(_key(other), ()) if _are_same(run, other)]
        if same:
            alike[_key(other)].remove(same[0])
            yield same[0], other


def _key(stored: StoredRun) -> _Key:
    """Return what two runs have in common that may be the same."""
    run = stored.run
    began = None if run.began is None else run.began // SECOND
    return run.operation, run.dry_run, began


def _are_same(one: StoredRun, other: StoredRun) -> bool:
    """Return whether two runs that began in the same second are one.

    A text report cuts its begin to seconds. What is only pulled begins when it was planned, and two
    backups may be planned for the same time.
    """
    began, other_began = one.run.began, other.run.began
    if began is None or other_began is None or not _may_be_of_one_backup(one, other):
        return False
    is_cut = 0 in (began % SECOND, other_began % SECOND)
    is_fetched = one.run.source is not None or other.run.source is not None
    return (is_fetched and is_cut) or (began == other_began and (is_fetched or not is_cut))


def _may_be_of_one_backup(one: StoredRun, other: StoredRun) -> bool:
    ids = one.run.backup_id, other.run.backup_id
    return None in ids or ids[0] == ids[1]
