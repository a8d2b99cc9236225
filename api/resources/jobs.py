"""/api/jobs and the routes below it: every backup job, what is expected of it, its settings."""

import logging
from collections.abc import Callable
from typing import Any

import falcon
from msgspec.structs import replace

from api import edits, job_choice, query, request_body, serialization
from api.auth import author_of
from api.errors import RETRY_LATER, ApiError, invalid, not_found
from api.missing_reports import as_json, missing_report
from api.responses import GetResource, ok_no_store, success
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.ingest.expecting import expect_job
from exporter.ingest.importer import StoreImporter
from exporter.ingest.refusals import Refusals
from exporter.logs import log_fields
from exporter.model import run_json
from exporter.model.audit import Author
from exporter.model.last_error import LastError
from exporter.reports import Problem
from exporter.store import LimitReachedError, Store
from exporter.times import MAX_TIMESTAMP, SECOND, Millis

_log = logging.getLogger(__name__)


class Jobs(GetResource):
    """The jobs by their ids, paged; all, a server's, or those for which something holds."""

    def __init__(self, store: Store, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with a page."""
        now = self._clock()
        limit, last = query.limit(req), query.cursor(req) or (0, 0)
        after = [view for view in self._chosen(req, now) if view.job.id > last[1]]
        page = after[:limit]
        data = {
            "jobs": [serialization.job(view, now) for view in page],
            "nextCursor": (query.format_cursor(0, page[-1].job.id) if len(after) > limit else None),
        }
        success(req, resp, data)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Let a backup be expected of which no run is known yet; its server is made if missing."""
        asked = edits.of_expected(request_body.json_object(req))
        by = author_of(req, self._clock())
        try:
            expected = expect_job(self._store, self._fleet, asked.server, asked.backup, by)
        except LimitReachedError as error:
            raise ApiError(429, str(error), headers=RETRY_LATER) from error
        if asked.settings:
            self._store.set_job(
                expected.job_id, lambda settings: replace(settings, **asked.settings), by
            )
        _log.info("job expected", extra=log_fields(job_id=expected.job_id, new=expected.new))
        view = self._fleet.job(expected.job_id)
        if view is None:
            raise not_found("Job not found")
        ok_no_store(resp, {"job": serialization.job(view, self._clock()), "new": expected.new})

    def _chosen(self, req: falcon.Request, now: Millis) -> list[JobView]:
        choice = job_choice.read(req, self._fleet)
        known = self._fleet.overdue(now) if choice.overdue else self._fleet.jobs()
        return sorted((view for view in known if choice.has(view, now)), key=_id)


def _id(view: JobView) -> int:
    return view.job.id


class _OfOneJob:
    """A resource of the job whose id its path has."""

    def __init__(self, store: Store, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock

    def _author(self, req: falcon.Request) -> Author:
        return author_of(req, self._clock())

    def _known(self, text: str) -> int:
        job_id = query.required_id(text, "job")
        if self._fleet.job(job_id) is None:
            raise not_found("Job not found")
        return job_id

    def _represented(self, job_id: int) -> run_json.Json:
        view = self._fleet.job(job_id)
        if view is None:
            raise not_found("Job not found")
        return {"job": serialization.job(view, self._clock())}


class JobResource(_OfOneJob, GetResource):
    """One job by its id."""

    def __init__(
        self, store: Store, fleet: Fleet, clock: Callable[[], Millis], refusals: Refusals
    ) -> None:
        super().__init__(store, fleet, clock)
        self._refusals = refusals

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the job, how its deadline was computed and what report of it is missing."""
        view, now = self._fleet.job(query.required_id(params["job_id"], "job")), self._clock()
        if view is None:
            raise not_found("Job not found")
        data = {
            "job": serialization.job(view, now),
            "explanation": serialization.explanation(view),
            "unreported": as_json(missing_report(view, self._refusals.newest_from, now)),
        }
        success(req, resp, data)

    def on_patch(self, req: falcon.Request, resp: falcon.Response, job_id: str) -> None:
        """Set when the job is due, its tags, until when it is muted, or that it is dealt with."""
        known = self._known(job_id)
        values = edits.of_job(request_body.json_object(req), self._clock)
        self._store.set_job(known, lambda settings: replace(settings, **values), self._author(req))
        _log.info("job changed", extra=log_fields(job_id=known, **values))
        ok_no_store(resp, self._represented(known))

    def on_delete(self, req: falcon.Request, resp: falcon.Response, job_id: str) -> None:
        """Remove a job with its runs."""
        known = self._known(job_id)
        self._store.delete_job(known, self._author(req))
        _log.warning("job deleted", extra=log_fields(job_id=known))
        ok_no_store(resp, {"deleted": {"job": known}})


class SecondCopies(_OfOneJob):
    """The second copies of a job, of which a destination may be forgotten."""

    def on_delete(self, req: falcon.Request, resp: falcon.Response, job_id: str) -> None:
        """Forget a second destination; a later report with a copy to it makes it known again."""
        known = self._known(job_id)
        destination = req.get_param("destination")
        if not destination:
            raise invalid(
                "The parameter destination must be one of the job's secondCopies",
                Problem("destination", "must be one of the job's secondCopies"),
            )
        self._store.forget_copy(known, destination, self._author(req))
        _log.warning(
            "second copy forgotten", extra=log_fields(job_id=known, destination=destination)
        )
        ok_no_store(resp, self._represented(known))


class PlannedStart:
    """The next start and the last error of a job, from a client that asked its Duplicati."""

    def __init__(self, importer: StoreImporter, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._importer = importer
        self._fleet = fleet
        self._clock = clock

    def on_put(self, req: falcon.Request, resp: falcon.Response, job_id: str) -> None:
        """Record the start, and the longest interval between planned starts; or the error."""
        known = query.required_id(job_id, "job")
        values = request_body.read(req, _PLANNED)
        if "start" in values:
            self._importer.plan(known, values["start"], values.get("interval"))
        elif "interval" in values:
            raise invalid("Some fields are wrong", Problem("start", "is missing"))
        if "lastError" in values:
            self._importer.note_error(known, values["lastError"], values.get("skewSeconds", 0))
        elif "skewSeconds" in values:
            raise invalid("Some fields are wrong", Problem("lastError", "is missing"))
        view = self._fleet.job(known)
        if view is None:
            raise not_found("Job not found")
        ok_no_store(resp, {"job": serialization.job(view, self._clock())})


def _last_error(value: Any) -> LastError | None:  # noqa: ANN401 - JSON may hold anything
    """Read an error. Raises ValueError if it is neither null nor a time and a message."""
    if value is None:
        return None
    if not isinstance(value, dict) or value.keys() != {"time", "message"}:
        raise ValueError("must be null, or an object with time and message")
    message = value["message"]
    if not isinstance(message, str) or not message.strip():
        raise ValueError("message must be a text")
    return LastError.of(request_body.timestamp(value["time"]), message)


def _skew(value: Any) -> Millis:  # noqa: ANN401 - JSON may hold anything
    """Read a number of seconds. Raises ValueError if two timestamps cannot be so far apart."""
    if type(value) is not int or abs(value) > MAX_TIMESTAMP // SECOND:
        raise ValueError("must be a whole number of seconds")
    return value * SECOND


_PLANNED: request_body.Readers = {
    "start": request_body.timestamp,
    "interval": request_body.duration("12h or 1d"),
    "lastError": _last_error,
    "skewSeconds": _skew,
}
