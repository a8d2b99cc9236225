"""Syncs that a daemon of an earlier version recorded as another operation become runs of a job.

They are there after an upgrade, and while an older daemon runs beside a newer one. What people had
set for a job stays: a job that was known by its Syncs only becomes the Sync job.
"""

from collections.abc import Sequence

from exporter.jobs.folding import rebuilt
from exporter.jobs.job import Job
from exporter.model import SYNC, JobKind, StoredRun
from exporter.store.changes import Change
from exporter.store.rules import live_runs, naming, read_queries
from exporter.store.session import Session

_WITH_SYNCS = f"SELECT DISTINCT job_id FROM runs WHERE operation = '{SYNC}' ORDER BY job_id"  # noqa: S608 - constant
_OF_SAME_NAME = """
SELECT id FROM jobs WHERE server_id = ? AND kind = ? AND coalesce(reported_name, name) = ?"""
_MOVE = "UPDATE runs SET job_id = ? WHERE job_id = ? AND operation = ?"
_SAVE = "UPDATE jobs SET state = ? WHERE id = ?"


def found(db: Session) -> list[int]:
    """Return the jobs whose Syncs do not count yet."""
    jobs = (read_queries.job(db, row[0]) for row in db.execute(_WITH_SYNCS).fetchall())
    return [job.id for job in jobs if job is not None and _is_behind(db, job)]


def adopt(db: Session, job_ids: Sequence[int]) -> Change:
    """Count the Syncs of some jobs that `found` returned. Needs a transaction."""
    changed: set[int] = set()
    for job_id in job_ids:
        job = read_queries.job(db, job_id)
        if job is not None and _is_behind(db, job):
            changed.update(_adopt(db, job))
    jobs = (read_queries.job(db, job_id) for job_id in sorted(changed))
    return Change(jobs=tuple(filter(None, jobs)))


def _is_behind(db: Session, job: Job) -> bool:
    if job.kind is JobKind.BACKUP:
        return True
    newest, last = read_queries.last_backup(db, job.id), job.state.last
    return newest is not None and (last is None or last.order < newest.order)


def _adopt(db: Session, job: Job) -> set[int]:
    """Count the Syncs of a job; return the jobs that changed."""
    if job.kind is JobKind.SYNC:
        _count(db, job, _counted_before(job, read_queries.runs_of(db, job.id)))
        return {job.id}
    other_runs = [run for run in read_queries.runs_of(db, job.id) if run.run.operation != SYNC]
    if job.state.last is None and not live_runs.runs_backup(db, job.id) and _twin(db, job) is None:
        naming.turn(db, job.id, JobKind.SYNC)
        _count(db, job, other_runs)
        return {job.id}
    target, changed = _target(db, job)
    known = read_queries.runs_of(db, target.id)
    db.execute(_MOVE, (target.id, job.id, SYNC))
    _count(db, target, known)
    return {job.id, target.id, *changed}


def _counted_before(job: Job, runs: Sequence[StoredRun]) -> list[StoredRun]:
    last = job.state.last
    return [] if last is None else [run for run in runs if run.order <= last.order]


def _target(db: Session, job: Job) -> tuple[Job, set[int]]:
    """Return the Sync job for a job's Syncs, created if missing, and the jobs that it renamed."""
    twin = _twin(db, job)
    if twin is not None:
        return twin, set()
    new, *others = naming.add(db, job.server_id, job.own_name, JobKind.SYNC)
    return new, {each.id for each in others}


def _twin(db: Session, job: Job) -> Job | None:
    values = (job.server_id, JobKind.SYNC.value, job.own_name)
    row = db.execute(_OF_SAME_NAME, values).fetchone()
    return None if row is None else read_queries.job(db, row[0])


def _count(db: Session, job: Job, known: Sequence[StoredRun]) -> None:
    """Rebuild the state of a job, which has counted only some of its runs."""
    state = rebuilt(job.state, known, read_queries.runs_of(db, job.id))
    db.execute(_SAVE, (job.with_state(state).packed, job.id))
