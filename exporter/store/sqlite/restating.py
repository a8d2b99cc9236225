"""States that an upgrade left outdated are made anew of the stored runs."""

import logging
from collections.abc import Sequence

from sqlite_utils import Database

from exporter.jobs.folding import rebuilt
from exporter.jobs.job import Job
from exporter.logs import log_fields
from exporter.model import StoredRun
from exporter.store.errors import UnknownIdError
from exporter.store.sqlite import read_queries

_OUTDATED = "SELECT job_id FROM outdated_states ORDER BY job_id"

_log = logging.getLogger(__name__)


def restate(db: Database) -> None:
    """Make all outdated states anew, in one transaction."""
    job_ids = [row[0] for row in db.execute(_OUTDATED)]
    if not job_ids:
        return
    with db.atomic():
        for job_id in job_ids:
            remake(db, job_id, read_queries.runs_of(db, job_id))
        db.execute("DELETE FROM outdated_states")
    _log.info("figures of backups were made anew", extra=log_fields(jobs=len(job_ids)))


def remake(db: Database, job_id: int, known: Sequence[StoredRun]) -> Job:
    """Make the state of a job anew, and return the job. Needs a transaction.

    Args:
        db: the database.
        job_id: the job's.
        known: its stored runs as they were when the kept state was made.
    """
    job = read_queries.job(db, job_id)
    if job is None:
        raise UnknownIdError("Job not found")
    remade = job.with_state(rebuilt(job.state, known, read_queries.runs_of(db, job_id)))
    db.execute("UPDATE jobs SET state = ? WHERE id = ?", (remade.packed, job_id))
    return remade
