"""Separating a job that counts as one renamed backup, when a person says that it is two."""

from collections.abc import Iterable

from msgspec.structs import replace

from exporter.jobs.folding import rebuilt
from exporter.jobs.job import Job
from exporter.model.audit import JOB_SEPARATE, Author
from exporter.store.changes import Change
from exporter.store.errors import UnknownIdError
from exporter.store.rules import audit, naming, read_queries
from exporter.store.session import Session
from exporter.times import Millis

_LAST_RENAMING = """
SELECT name, renamed FROM former_names WHERE job_id = ? ORDER BY renamed DESC, name LIMIT 1"""
_NAMESAKE = """
SELECT id FROM jobs WHERE server_id = ? AND coalesce(reported_name, name) = ? AND kind = ?"""
_SAVE = "UPDATE jobs SET state = ?, apart = TRUE WHERE id = ?"
_MOVE_LATER = "UPDATE runs SET job_id = ? WHERE job_id = ? AND started >= ?"
_MOVE_EARLIER = "UPDATE runs SET job_id = ? WHERE job_id = ? AND started < ?"


def separate(db: Session, job_id: int, author: Author) -> Change:
    """Undo the last renaming of a job: its later runs move to a new job.

    If another job has the former name by now, the earlier runs move to that one instead.
    Needs a transaction.

    Raises:
        UnknownIdError: there is no such job, or it was never renamed.
    """
    job, renaming = read_queries.job(db, job_id), db.execute(_LAST_RENAMING, (job_id,)).fetchone()
    if job is None:
        raise UnknownIdError("Job not found")
    if renaming is None:
        raise UnknownIdError("The job was never renamed")
    old_name, renamed = renaming
    subject = read_queries.server(db, job.server_id), job
    audit.note(db, author, JOB_SEPARATE, subject, {"formerly": old_name})
    db.execute("DELETE FROM former_names WHERE job_id = ? AND name = ?", (job_id, old_name))
    found = db.execute(_NAMESAKE, (job.server_id, old_name, job.kind.value)).fetchone()
    namesake = None if found is None else read_queries.job(db, found[0])
    if namesake is not None:
        return _moved(db, _MOVE_EARLIER, job, namesake, renamed)
    naming.call(db, job_id, old_name)
    new, *others = naming.add(db, job.server_id, job.own_name, job.kind)
    moved = _moved(db, _MOVE_LATER, job, new, renamed)
    known = {each.id for each in moved.jobs}
    return replace(moved, jobs=(*moved.jobs, *(each for each in others if each.id not in known)))


def _moved(db: Session, moving: str, job: Job, other: Job, renamed: Millis) -> Change:
    """Move runs from a job to another one, and keep the two separate from now on."""
    known = [(each, read_queries.runs_of(db, each.id)) for each in (job, other)]
    db.execute(moving, (other.id, job.id, renamed))
    for each, runs in known:
        state = rebuilt(each.state, runs, read_queries.runs_of(db, each.id))
        db.execute(_SAVE, (each.with_state(state).packed, each.id))
    return Change(jobs=tuple(_present(db, (job, other))))


def _present(db: Session, jobs: Iterable[Job]) -> Iterable[Job]:
    return filter(None, (read_queries.job(db, each.id) for each in jobs))
