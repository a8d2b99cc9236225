"""POST or PUT /api/activity: live reports of running backups."""

import falcon
import msgspec

from api.auth import enforce_server_scope, grants_of
from api.errors import ApiError
from api.reception import Kind, Posted, Reception
from exporter.auth import Scope
from exporter.fleet import Fleet
from exporter.ingest.live import LiveReportService
from exporter.limits import Limits
from exporter.model import Delivery
from exporter.model.live import LiveReport
from exporter.reports import read_live_status

_TAKEN = msgspec.json.encode({"status": "success", "message": "Activity received"})
MAX_BYTES = 256 * 1024
"""A live report has a few hundred; the worst decode to some eighty times their size."""

KIND = Kind("Invalid activity data format", "live report rejected", live=True)


class Activity:
    """Takes live reports; answers without waiting for the disk."""

    needs_store = False
    to_change = Scope.UPLOAD

    def __init__(
        self, live_reports: LiveReportService, fleet: Fleet, limits: Limits, reception: Reception
    ) -> None:
        self._live_reports = live_reports
        self._fleet = fleet
        self._limits = limits
        self._reception = reception

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Accept the live report of a run."""
        posted = self._reception.receive(req)
        report, delivery = self._reception.judged(posted, KIND, lambda: self._judge(posted))
        self._live_reports.accept(report, delivery)
        self._reception.refusals.heard(delivery)
        resp.status = falcon.HTTP_202
        resp.content_type = falcon.MEDIA_JSON
        resp.data = _TAKEN

    on_put = on_post  # as reports, which may come by either

    def _judge(self, posted: Posted) -> tuple[LiveReport, Delivery]:
        report, grants = self._read(posted), grants_of(posted.req)
        return report, enforce_server_scope(posted.delivery, report.machine, grants, self._fleet)

    def _read(self, posted: Posted) -> LiveReport:
        if len(posted.body) > MAX_BYTES:
            raise ApiError(413, f"A live report has {MAX_BYTES} bytes at most")
        return read_live_status(posted.body, posted.delivery.backup).with_last_lines(
            self._limits.max_log_lines
        )
