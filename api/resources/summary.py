"""GET /api/summary: the whole fleet in five counts."""

from collections.abc import Callable

import falcon

from api.responses import GetResource, success
from exporter.fleet import Fleet
from exporter.model import run_json
from exporter.times import Millis


class Summary(GetResource):
    """How many servers, jobs and runs there are, and how many of them are in trouble."""

    def __init__(self, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._fleet = fleet
        self._clock = clock

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the current counts."""
        totals = self._fleet.totals(self._clock())
        data = {
            "totalServers": totals.servers,
            "totalBackupJobs": totals.jobs,
            "successfulBackups": totals.completed,
            "failedBackups": totals.failed,
            "overdueBackups": totals.overdue,
            "lastUpdated": run_json.timestamp(totals.last_report),
        }
        success(req, resp, data)
