"""What an upgrade leaves to be done from the stored runs: Syncs to count, states to rebuild."""

import logging

from sqlite_utils import Database

from exporter.logs import log_fields
from exporter.store.rules import adopting, read_queries
from exporter.store.rules.restating import remake

_OUTDATED = "SELECT job_id FROM outdated_states ORDER BY job_id"

_log = logging.getLogger(__name__)


def restate(db: Database) -> None:
    """Count the Syncs of earlier versions, and rebuild all outdated states, each at once."""
    _adopt(db)
    job_ids = [row[0] for row in db.execute(_OUTDATED)]
    if not job_ids:
        return
    with db.atomic():
        for job_id in job_ids:
            remake(db, job_id, read_queries.runs_of(db, job_id))
        db.execute("DELETE FROM outdated_states")
    _log.info("states of backups were rebuilt", extra=log_fields(jobs=len(job_ids)))


def _adopt(db: Database) -> None:
    job_ids = adopting.found(db)
    if not job_ids:
        return
    with db.atomic():
        adopting.adopt(db, job_ids)
    _log.info("Syncs count for jobs of their own now", extra=log_fields(jobs=len(job_ids)))
