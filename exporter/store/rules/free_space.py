"""The free space that earlier runs found, for a state that a daemon of an earlier version wrote."""

from msgspec.structs import replace

from exporter.jobs.history import KEPT_DAYS
from exporter.jobs.job import Job
from exporter.jobs.space import FreeSpace, joined
from exporter.jobs.state import JobState
from exporter.model import BACKUP
from exporter.store.session import Session
from exporter.times import DAY

_FOUND = """
SELECT started, id, quota_free_bytes FROM runs
WHERE job_id = :job AND started >= :since AND operation = :backup AND NOT dry_run
AND quota_free_bytes >= 0 AND (quota_free_bytes > 0 OR quota_total_bytes > 0)"""


def is_missing(state: JobState) -> bool:
    """Return whether a run found free space and a state knows no more of it."""
    quota = state.destination.quota
    return quota is not None and quota.free_bytes is not None and not state.destination.free


def restored(db: Session, job: Job, state: JobState) -> JobState:
    """Return a job's state with what its stored runs found."""
    quota = state.destination.quota
    since = 0 if quota is None else quota.started - KEPT_DAYS * DAY
    values = {"job": job.id, "since": since, "backup": BACKUP}
    figures = joined(FreeSpace(*row) for row in db.execute(_FOUND, values))
    return replace(state, destination=replace(state.destination, free=figures))
