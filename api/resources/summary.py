"""GET /api/summary: the whole fleet in a few counts and a word."""

from typing import NamedTuple

import falcon

from api import duplistatus
from api.prepared import Prepared
from api.responses import GetResource, success_body
from api.settled import Settled
from exporter.conditions.counts import StatusSummary
from exporter.conditions.overall import worst_of
from exporter.fleet.views import Totals
from exporter.fleet.volumes import Volume, Volumes
from exporter.model import run_json
from exporter.model.conditions import Severity
from exporter.times import SECOND, Millis


class _Facts(NamedTuple):
    """All that an answer is made of; the seconds since the newest run began, None before any.

    Of what is wrong beside the jobs it is only how serious that is: reasons may tell the time.
    """

    totals: Totals
    summary: StatusSummary
    faults: tuple[Severity, ...]
    volume: Volume
    seconds_since: int | None


class Summary(GetResource):
    """How many servers, jobs and runs there are, and how many of them are in trouble."""

    def __init__(self, settled: Settled, volumes: Volumes) -> None:
        self._settled = settled
        self._fleet, self._standing, self._clock, faults = settled
        self._faults = faults.all
        self._volumes = volumes
        self._prepared = Prepared()

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the current counts."""
        changes = self._fleet.changing.number
        facts = self._facts(req, self._clock())
        answer = self._prepared.find(None, facts) or self._prepared.keep(None, facts, _body(facts))
        answer.give(req, resp, falcon.MEDIA_JSON)
        self._settled.note(req, changes)

    def _facts(self, req: falcon.Request, now: Millis) -> _Facts:
        volume, newest = self._volumes.current()
        return _Facts(
            self._fleet.totals(now),
            self._standing.summary(now),
            tuple([each.severity for each in self._faults(req, now)]),
            volume,
            None if newest is None else max(0, (now - newest) // SECOND),
        )


def _body(facts: _Facts) -> bytes:
    totals = facts.totals
    data = {
        "totalServers": totals.servers,
        "totalBackupJobs": totals.jobs,
        "successfulBackups": totals.completed,
        "failedBackups": totals.failed,
        "overdueBackups": totals.overdue,
        "failingBackups": totals.failing,
        "interruptedRuns": totals.interrupted,
        "state": worst_of(facts.summary, facts.faults).value,
        "lastUpdated": run_json.timestamp(totals.last_report),
        "lastReport": run_json.timestamp(totals.last_report if totals.has_reported else None),
    }
    return success_body(data, duplistatus.summary(totals, facts.volume, facts.seconds_since))
