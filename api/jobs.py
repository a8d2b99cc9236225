"""GET /api/jobs and /api/jobs/{id}: every backup job and what is expected of it."""

from collections.abc import Callable

import falcon

from api import parameters, represent
from api.answers import Readable, success
from api.errors import not_found
from exporter.fleet import Fleet, JobView
from exporter.times import Millis


class Jobs(Readable):
    """The jobs by their ids, paged; all of them, or a server's, the overdue or failing ones."""

    def __init__(self, fleet: Fleet, clock: Callable[[], Millis], tolerance: Millis) -> None:
        self._fleet = fleet
        self._clock = clock
        self._tolerance = tolerance

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with a page."""
        now = self._clock()
        limit, last = parameters.limit(req), parameters.cursor(req) or (0, 0)
        behind = [view for view in self._chosen(req, now) if view.job.id > last[1]]
        page = behind[:limit]
        data = {
            "jobs": [represent.job(view, self._tolerance, now) for view in page],
            "nextCursor": (
                parameters.format_cursor(0, page[-1].job.id) if len(behind) > limit else None
            ),
        }
        success(req, resp, data)

    def _chosen(self, req: falcon.Request, now: Millis) -> list[JobView]:
        overdue, failing = parameters.flag(req, "overdue"), parameters.flag(req, "failing")
        server_id = parameters.server_parameter(req, self._fleet)
        jobs = self._fleet.jobs() if server_id is None else self._fleet.jobs_of(server_id)
        return [
            view
            for view in jobs
            if overdue in (None, view.overdue(now)) and failing in (None, view.job.state.failing)
        ]


class OneJob(Readable):
    """One job by its id."""

    def __init__(self, fleet: Fleet, clock: Callable[[], Millis], tolerance: Millis) -> None:
        self._fleet = fleet
        self._clock = clock
        self._tolerance = tolerance

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the job."""
        job_id = parameters.parse_id(params["job_id"])
        view = None if job_id is None else self._fleet.job(job_id)
        if view is None:
            raise not_found("Job not found")
        job = represent.job(view, self._tolerance, self._clock())
        success(req, resp, {"job": job})
