"""Rebuilding an outdated state from the stored runs."""

from collections.abc import Sequence

from exporter.jobs.folding import rebuilt
from exporter.jobs.job import Job
from exporter.model import StoredRun
from exporter.store.errors import UnknownIdError
from exporter.store.rules import read_queries
from exporter.store.session import Session


def remake(db: Session, job_id: int, known: Sequence[StoredRun]) -> Job:
    """Rebuild the state of a job, and return the job. Needs a transaction.

    Args:
        db: the database.
        job_id: the job's.
        known: its stored runs as they were when the stored state was computed.
    """
    job = read_queries.job(db, job_id)
    if job is None:
        raise UnknownIdError("Job not found")
    remade = job.with_state(rebuilt(job.state, known, read_queries.runs_of(db, job_id)))
    db.execute("UPDATE jobs SET state = ? WHERE id = ?", (remade.packed, job_id))
    return remade
