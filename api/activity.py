"""POST /api/activity: a running backup tells how far it is."""

import logging

import falcon
import msgspec

from api import upload
from api.auth import grants_of
from api.errors import invalid
from api.restriction import assigned
from api.sender import Deliveries
from exporter.activity import LiveReport
from exporter.fleet import Fleet
from exporter.limits import Limits
from exporter.listener import Listener
from exporter.logs import event
from exporter.model import Delivery
from exporter.reports import ReportError, read_activity
from exporter.telemetry import Telemetry

_TAKEN = msgspec.json.encode({"status": "success", "message": "Activity received"})
_INVALID = "Invalid activity data format"

_log = logging.getLogger(__name__)


class Activity:
    """Takes live reports; answers without waiting for the disk."""

    def __init__(
        self,
        listener: Listener,
        fleet: Fleet,
        telemetry: Telemetry,
        deliveries: Deliveries,
        limits: Limits,
    ) -> None:
        self._listener = listener
        self._fleet = fleet
        self._telemetry = telemetry
        self._deliveries = deliveries
        self._limits = limits

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Take in what a run tells of itself."""
        body = req.bounded_stream.read(self._limits.max_upload_bytes + 1)
        delivery = self._deliveries.of(req)
        report = self._read(req, delivery, body)
        delivery = assigned(delivery, report.machine, grants_of(req), self._fleet)
        self._listener.take(report, delivery)
        resp.status = falcon.HTTP_202
        resp.content_type = falcon.MEDIA_JSON
        resp.data = _TAKEN

    def _read(self, req: falcon.Request, delivery: Delivery, body: bytes) -> LiveReport:
        """Understand a live report. One that is refused is not kept: the next one comes soon."""
        try:
            upload.check(req, delivery, body, self._limits, self._telemetry)
            return read_activity(body).with_last_lines(self._limits.max_log_lines)
        except ReportError as error:
            refused = event(reason=str(error), sender=delivery.address, bytes=len(body))
            _log.warning("live report rejected", extra=refused)
            raise invalid(_INVALID, *error.problems) from error
