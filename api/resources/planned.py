"""PUT /api/jobs/{id}/planned: what Duplicati's own scheduler plans."""

from collections.abc import Callable

import falcon

from api import bodies, parameters, represent
from api.answers import changed
from api.errors import invalid, not_found
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
        known = parameters.required_id(job_id, "job")
        values = bodies.read(
            req, {"start": bodies.moment, "interval": bodies.interval("12h or 1d")}
        )
        if "start" not in values:
            raise invalid("Some fields are wrong", Problem("start", "is missing"))
        self._archive.plan(known, values["start"], values.get("interval"))
        view = self._fleet.job(known)
        if view is None:
            raise not_found("Job not found")
        changed(resp, {"job": represent.job(view, self._clock())})
