"""When the newest stored run of a job begins: asked once, and nearly every report is newer."""

from exporter.store.rules import write_queries
from exporter.store.rules.workspace import Workspace
from exporter.times import Millis


def newest_begin(space: Workspace, job_id: int) -> Millis:
    """Return a time after which none of a job's stored runs begins; negative without runs."""
    newest = space.fresh.newest.get(job_id) or space.cache.newest.get(job_id)
    if newest is None:  # then no run of it waits to be written
        newest = write_queries.newest_begin(space.written, job_id)
        space.fresh.newest[job_id] = newest
    return newest
