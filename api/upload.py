"""POST /api/upload: a report comes in."""

import logging
import time
from collections.abc import Callable

import falcon
import msgspec

from api.errors import ApiError, invalid
from api.sender import address_of
from exporter.fleet import Fleet
from exporter.logs import event
from exporter.model import Delivery, Rejected
from exporter.reports import Problem, ReportError, read_report
from exporter.reports.fields import MAX_NAME
from exporter.store import Recorded, Store
from exporter.telemetry import Outcome, Telemetry
from exporter.times import Millis

_MESSAGES = {
    Outcome.RECORDED: "Backup data uploaded successfully",
    Outcome.DUPLICATE: "Backup data already recorded",
}
_INVALID = "Invalid backup data format"

_log = logging.getLogger(__name__)


class Upload:
    """Takes every shape of report; answers once the run is durable on disk."""

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        telemetry: Telemetry,
        clock: Callable[[], Millis],
        max_bytes: int,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._telemetry = telemetry
        self._clock = clock
        self._max_bytes = max_bytes

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Record a report, and count what became of it."""
        began = time.perf_counter()
        outcome = Outcome.FAILED
        try:
            recorded = self._record(req)
            outcome = Outcome.RECORDED if recorded.new else Outcome.DUPLICATE
            resp.content_type = falcon.MEDIA_JSON
            resp.data = _answer(recorded, _MESSAGES[outcome])
        except ApiError:
            outcome = Outcome.REJECTED
            raise
        finally:
            self._telemetry.uploaded(outcome, time.perf_counter() - began)

    def _record(self, req: falcon.Request) -> Recorded:
        body = req.bounded_stream.read(self._max_bytes + 1)
        delivery = Delivery(self._clock(), address_of(req), _server_name(req))
        try:
            self._check(req, delivery, body)
            report = read_report(body)
        except ReportError as error:
            self._reject(req, delivery, body, str(error))
            raise invalid(_INVALID, *error.problems) from error
        except ApiError as error:
            self._reject(req, delivery, body, error.message)
            raise
        recorded = self._store.record(report, delivery, self._fleet.apply)
        _log_recorded(recorded, report.run.status.value, report.run.operation)
        return recorded

    def _check(self, req: falcon.Request, delivery: Delivery, body: bytes) -> None:
        """See that the request is one that can hold a report."""
        coding = req.get_header("Content-Encoding", default="identity")
        if coding.lower() != "identity":
            message = f"A body coded as {coding[:40]} is not taken: send it plain"
            raise ApiError(415, message)
        if len(body) > self._max_bytes:
            message = f"The report is larger than max_upload_bytes, {self._max_bytes}"
            raise ApiError(413, f"{message}: bound its log, or raise that setting")
        if delivery.server is not None and len(delivery.server) > MAX_NAME:
            raise ReportError(Problem("server", f"is longer than {MAX_NAME} characters"))

    def _reject(self, req: falcon.Request, delivery: Delivery, body: bytes, reason: str) -> None:
        """Keep what could not be understood where the operator can see it."""
        size = req.content_length or len(body)
        _log.warning(
            "report rejected", extra=event(reason=reason, sender=delivery.address, bytes=size)
        )
        content_type = (req.content_type or "")[:MAX_NAME] or None
        self._store.reject(
            Rejected(delivery.received, delivery.address, reason, content_type, size, body)
        )


def _server_name(req: falcon.Request) -> str | None:
    name = req.get_param("server")
    return name if name is not None and name.strip() else None


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
