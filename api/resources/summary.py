"""GET /api/summary: the whole fleet in a few counts and a word."""

from collections.abc import Callable

import falcon

from api import duplistatus
from api.responses import GetResource, success
from exporter.conditions.faults import Fault
from exporter.conditions.overall import overall_state
from exporter.conditions.standing import Standing
from exporter.fleet import Fleet
from exporter.fleet.volumes import Volumes
from exporter.model import run_json
from exporter.times import Millis


class Summary(GetResource):
    """How many servers, jobs and runs there are, and how many of them are in trouble."""

    def __init__(
        self,
        fleet: Fleet,
        standing: Standing,
        volumes: Volumes,
        clock: Callable[[], Millis],
        faults: Callable[[Millis], tuple[Fault, ...]],
    ) -> None:
        self._fleet = fleet
        self._standing = standing
        self._volumes = volumes
        self._clock = clock
        self._faults = faults

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the current counts."""
        now = self._clock()
        totals, summary = self._fleet.totals(now), self._standing.summary(now)
        data = {
            "totalServers": totals.servers,
            "totalBackupJobs": totals.jobs,
            "successfulBackups": totals.completed,
            "failedBackups": totals.failed,
            "overdueBackups": totals.overdue,
            "failingBackups": totals.failing,
            "interruptedRuns": totals.interrupted,
            "state": overall_state(summary, self._faults(now)).value,
            "lastUpdated": run_json.timestamp(totals.last_report),
            "lastReport": run_json.timestamp(totals.last_report if totals.servers else None),
        }
        beside = duplistatus.summary(totals, *self._volumes.current(), now)
        success(req, resp, data, beside)
