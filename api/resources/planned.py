"""PUT /api/jobs/{id}/planned: what Duplicati's own scheduler plans."""

from collections.abc import Callable

import falcon

from api import query, request_body, serialization
from api.errors import invalid, not_found
from api.responses import changed
from exporter.fleet import Fleet
from exporter.ingest.importer import StoredArchive
from exporter.reports import Problem
from exporter.times import Millis


class PlannedStart:
    """The next start of a job, as whoever asked its Duplicati knows it."""

    def __init__(self, archive: StoredArchive, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._archive = archive
        self._fleet = fleet
        self._clock = clock

    def on_put(self, req: falcon.Request, resp: falcon.Response, job_id: str) -> None:
        """Take in the start, and how far starts lie apart at the widest."""
        known = query.required_id(job_id, "job")
        values = request_body.read(
            req, {"start": request_body.moment, "interval": request_body.interval("12h or 1d")}
        )
        if "start" not in values:
            raise invalid("Some fields are wrong", Problem("start", "is missing"))
        self._archive.plan(known, values["start"], values.get("interval"))
        view = self._fleet.job(known)
        if view is None:
            raise not_found("Job not found")
        changed(resp, {"job": serialization.job(view, self._clock())})
