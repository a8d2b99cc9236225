"""POST /api/jobs/{id}/separate: separates a backup that was taken for a renamed one."""

import logging
from collections.abc import Callable

import falcon

from api import query, serialization
from api.auth import author_of
from api.errors import not_found
from api.responses import ok_no_store
from exporter.fleet import Fleet
from exporter.logs import log_fields
from exporter.store import Store
from exporter.times import Millis

_log = logging.getLogger(__name__)


class SeparatedJob:
    """Undoes the last renaming of a job: its runs since become those of a job of their own."""

    def __init__(self, store: Store, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock

    def on_post(self, req: falcon.Request, resp: falcon.Response, job_id: str) -> None:
        """Separate, and answer with the job under its former name."""
        known = query.required_id(job_id, "job")
        self._store.separate_job(known, author_of(req, self._clock()))
        _log.warning("job separated", extra=log_fields(job_id=known))
        view = self._fleet.job(known)
        if view is None:
            raise not_found("Job not found")
        ok_no_store(resp, {"job": serialization.job(view, self._clock())})
