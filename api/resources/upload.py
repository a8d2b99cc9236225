"""POST or PUT /api/upload: reports of backup runs."""

import logging
import time

import falcon
import msgspec
from msgspec.structs import replace

from api.auth import enforce_server_scope, grants_of
from api.deferred import DEFERRED, FAILED, Deferred
from api.errors import RETRY_LATER, ApiError
from api.patience import arrived, patiently
from api.reception import Kind, Posted, Reception
from exporter.auth import Scope
from exporter.exposition.families.daemon import UploadOutcome
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.limits import Limit, Limits
from exporter.logs import log_fields
from exporter.model import Delivery, Report
from exporter.reports import read_report
from exporter.store import LimitReachedError, Recorded, Store

_MESSAGES = {
    UploadOutcome.RECORDED: "Backup data uploaded successfully",
    UploadOutcome.DUPLICATE: "Backup data already recorded",
}
_OUTCOMES = {429: UploadOutcome.LIMITED}
KIND = Kind("Invalid backup data format", "report rejected")
ADDRESS = "/api/upload"

_log = logging.getLogger(__name__)


class Upload:
    """Accepts every shape of report; answers once the run is durable on disk."""

    needs_store = False
    to_change = Scope.UPLOAD

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        self_metrics: SelfMetrics,
        limits: Limits,
        reception: Reception,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._self_metrics = self_metrics
        self._limits = limits
        self._reception = reception

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Record a report, and count its outcome."""
        deferred: Deferred | None = req.env.get(DEFERRED)
        if deferred is None:
            self._answer(req, resp)
        else:
            resp.content_type = falcon.MEDIA_JSON
            self._defer(req, deferred)

    on_put = on_post  # what Duplicati sends with --send-http-verb=PUT

    def _answer(self, req: falcon.Request, resp: falcon.Response) -> None:
        outcome = UploadOutcome.FAILED
        try:
            recorded = self._record(req)
            outcome = UploadOutcome.RECORDED if recorded.new else UploadOutcome.DUPLICATE
            resp.content_type = falcon.MEDIA_JSON
            resp.data = _body(recorded, self._message(req, outcome))
        except ApiError as error:
            outcome = _OUTCOMES.get(error.status, UploadOutcome.REJECTED)
            raise
        finally:
            self._count(req, outcome)

    def _defer(self, req: falcon.Request, deferred: Deferred) -> None:
        """Submit a report that can be answered later; all others begin again, where it may wait."""
        try:
            posted = self._reception.receive_at_once(req)
            report, delivery = self._timed(posted, _read(posted))
            deferred.wait_for(
                lambda told: self._store.submit(report, delivery, told),
                lambda recorded: self._finish(posted, report, recorded),
            )
        except Exception:  # noqa: BLE001 - then the request is answered with the error
            deferred.begins_again = True

    def _finish(self, posted: Posted, report: Report, recorded: Recorded) -> bytes:
        """Return the answer to a report that was submitted and is recorded."""
        self._note(report, recorded)
        self._reception.refusals.taken(posted.delivery)
        outcome = UploadOutcome.RECORDED if recorded.new else UploadOutcome.DUPLICATE
        self._count(posted.req, outcome)
        return _body(recorded, self._message(posted.req, outcome))

    def _count(self, req: falcon.Request, outcome: UploadOutcome) -> None:
        since = arrived(req)
        self._self_metrics.observe_upload(outcome, time.monotonic() - since)

    def _message(self, req: falcon.Request, outcome: UploadOutcome) -> str:
        return _MESSAGES[outcome]

    def _record(self, req: falcon.Request) -> Recorded:
        posted = self._reception.receive(req)
        recorded = self._reception.judged(posted, KIND, lambda: self._take(posted, _read(posted)))
        self._reception.refusals.taken(posted.delivery)
        return recorded

    def _take(self, posted: Posted, report: Report) -> Recorded:
        report, delivery = self._timed(posted, report)
        try:
            recorded = patiently(
                posted.req,
                self._limits.upload_patience,
                lambda: self._stored(posted.req, report, delivery),
            )
        except LimitReachedError as error:
            self._self_metrics.count_limit_hit(error.limit)
            raise ApiError(429, str(error), headers=RETRY_LATER) from error
        self._note(report, recorded)
        return recorded

    def _timed(self, posted: Posted, report: Report) -> tuple[Report, Delivery]:
        delivery = self._reception.timed(self._assigned(posted, report), report.run)
        return replace(report, log=report.log.gravest(self._limits.max_log_lines)), delivery

    def _stored(self, req: falcon.Request, report: Report, delivery: Delivery) -> Recorded:
        failure: Exception | None = req.env.pop(FAILED, None)
        if failure is not None:  # it was tried already
            raise failure
        return self._store.record(report, delivery)

    def _note(self, report: Report, recorded: Recorded) -> None:
        if report.log.lines_dropped:
            self._self_metrics.count_limit_hit(Limit.LOG_LINES)
        _log_recorded(recorded, report.run.status.value, report.run.operation)

    def _assigned(self, posted: Posted, report: Report) -> Delivery:
        return enforce_server_scope(
            posted.delivery, report.machine, grants_of(posted.req), self._fleet
        )


class Astray(Upload):
    """Accepts reports of senders that use a wrong path, and answers with the right one."""

    def _message(self, req: falcon.Request, outcome: UploadOutcome) -> str:
        return f"{_MESSAGES[outcome]}; the address to use is {req.root_path}{ADDRESS}"


class OnlyAstray(Astray):
    """Is at ``/`` where the page is disabled: a GET finds nothing."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer as an unknown path."""
        raise falcon.HTTPNotFound

    on_head = on_get


def _read(posted: Posted) -> Report:
    return read_report(posted.body, posted.delivery.backup)


def _body(recorded: Recorded, message: str) -> bytes:
    data = {"backupId": recorded.run_id, "serverId": recorded.server.id}
    return msgspec.json.encode({"status": "success", "message": message, "data": data})


def _log_recorded(recorded: Recorded, status: str, operation: str) -> None:
    _log.info(
        "report recorded" if recorded.new else "report already recorded",
        extra=log_fields(
            server=recorded.server.name,
            job=recorded.job.name,
            status=status,
            operation=operation,
            server_id=recorded.server.id,
            job_id=recorded.job.id,
            backup_id=recorded.run_id,
        ),
    )
