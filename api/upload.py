"""POST /api/upload: a report comes in."""

import logging
import time

import falcon
import msgspec
from msgspec.structs import replace

from api.auth import grants_of, hide_secrets
from api.errors import RETRY_LATER, ApiError, invalid
from api.restriction import assigned
from api.sender import Deliveries
from exporter.fleet import Fleet
from exporter.limits import Limit, Limits
from exporter.logs import event
from exporter.model import Delivery, Rejected, Report
from exporter.reports import Problem, ReportError, read_report
from exporter.reports.fields import MAX_NAME
from exporter.store import LimitReachedError, Recorded, Store
from exporter.telemetry import Outcome, Telemetry

_MESSAGES = {
    Outcome.RECORDED: "Backup data uploaded successfully",
    Outcome.DUPLICATE: "Backup data already recorded",
}
_OUTCOMES = {429: Outcome.LIMITED}
_INVALID = "Invalid backup data format"

_log = logging.getLogger(__name__)


class Upload:
    """Takes every shape of report; answers once the run is durable on disk."""

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        telemetry: Telemetry,
        deliveries: Deliveries,
        limits: Limits,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._telemetry = telemetry
        self._deliveries = deliveries
        self._limits = limits

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Record a report, and count what became of it."""
        began = time.perf_counter()
        outcome = Outcome.FAILED
        try:
            recorded = self._record(req)
            outcome = Outcome.RECORDED if recorded.new else Outcome.DUPLICATE
            resp.content_type = falcon.MEDIA_JSON
            resp.data = _answer(recorded, _MESSAGES[outcome])
        except ApiError as error:
            outcome = _OUTCOMES.get(error.status, Outcome.REJECTED)
            raise
        finally:
            self._telemetry.uploaded(outcome, time.perf_counter() - began)

    def _record(self, req: falcon.Request) -> Recorded:
        body = req.bounded_stream.read(self._limits.max_upload_bytes + 1)
        delivery = self._deliveries.of(req)
        try:
            check(req, delivery, body, self._limits, self._telemetry)
            return self._take(req, delivery, read_report(body))
        except ReportError as error:
            self._reject(req, delivery, body, str(error))
            raise invalid(_INVALID, *error.problems) from error
        except ApiError as error:
            self._reject(req, delivery, body, error.message)
            raise

    def _take(self, req: falcon.Request, delivery: Delivery, report: Report) -> Recorded:
        delivery = assigned(delivery, report.machine, grants_of(req), self._fleet)
        report = replace(report, log=report.log.gravest(self._limits.max_log_lines))
        if report.log.lines_dropped:
            self._telemetry.reached(Limit.LOG_LINES)
        try:
            recorded = self._store.record(report, delivery, self._fleet.apply)
        except LimitReachedError as error:
            self._telemetry.reached(error.limit)
            raise ApiError(429, str(error), headers=RETRY_LATER) from error
        _log_recorded(recorded, report.run.status.value, report.run.operation)
        return recorded

    def _reject(self, req: falcon.Request, delivery: Delivery, body: bytes, reason: str) -> None:
        """Keep what could not be understood where the operator can see it."""
        size = req.content_length or len(body)
        _log.warning(
            "report rejected", extra=event(reason=reason, sender=delivery.address, bytes=size)
        )
        content_type = hide_secrets(req, (req.content_type or "").encode())[:MAX_NAME].decode(
            errors="replace"
        )
        self._store.reject(
            Rejected(
                delivery.received,
                delivery.address,
                reason,
                content_type or None,
                size,
                hide_secrets(req, body),
            )
        )


def check(
    req: falcon.Request, delivery: Delivery, body: bytes, limits: Limits, telemetry: Telemetry
) -> None:
    """See that the request is one that can hold a report."""
    coding = req.get_header("Content-Encoding", default="identity")
    if coding.lower() != "identity":
        message = f"A body coded as {coding[:40]} is not taken: send it plain"
        raise ApiError(415, message)
    if len(body) > limits.max_upload_bytes:
        telemetry.reached(Limit.UPLOAD_BYTES)
        message = f"The report is larger than max_upload_bytes, {limits.max_upload_bytes}"
        raise ApiError(413, f"{message}: bound its log, or raise that setting")
    if delivery.server is not None and len(delivery.server) > MAX_NAME:
        raise ReportError(Problem("server", f"is longer than {MAX_NAME} characters"))


def _answer(recorded: Recorded, message: str) -> bytes:
    data = {"backupId": recorded.run_id, "serverId": recorded.server.id}
    return msgspec.json.encode({"status": "success", "message": message, "data": data})


def _log_recorded(recorded: Recorded, status: str, operation: str) -> None:
    _log.info(
        "report recorded" if recorded.new else "report already recorded",
        extra=event(
            server=recorded.server.name,
            job=recorded.job.name,
            status=status,
            operation=operation,
            server_id=recorded.server.id,
            job_id=recorded.job.id,
            backup_id=recorded.run_id,
        ),
    )
