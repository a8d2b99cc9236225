"""What came of what somebody who connects Duplicati waits for."""

from typing import NamedTuple

from msgspec import Struct

from api.denials import Denial, Denials
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.formatting import DisplayTime
from exporter.ingest.refusals import Refusals
from exporter.model import Server, Status
from exporter.reports.remedies import remedy
from exporter.templating import short
from exporter.times import Millis

_NAMED = 3
"""Refused reports that are told; the page of refused reports has all."""

_MAX_REASON_LENGTH = 300


class Received(Struct, frozen=True):
    """The newest report; `name` and `status` are None where it was not of a new backup run."""

    server: Server
    at: DisplayTime
    job_id: int | None = None
    name: str | None = None
    status: Status | None = None


class Turned(Struct, frozen=True):
    """A report that was not accepted: who sent it, why, and what to do."""

    at: DisplayTime
    sender: str
    reason: str
    remedy: str | None = None


class Arriving(NamedTuple):
    """Where what arrives is known."""

    fleet: Fleet
    refusals: Refusals
    denials: Denials

    def newest(self, named: str, now: Millis) -> tuple[Millis, Received] | None:
        """Return when the newest report came, of a name or of any server, and what it was."""
        servers = self.fleet.find_servers(named) if named else self.fleet.servers()
        server = max(servers, key=lambda each: each.last_report, default=None)
        if server is None or not server.last_report:
            return None
        return server.last_report, self._received(server, now)

    def _received(self, server: Server, now: Millis) -> Received:
        at = DisplayTime.from_timestamp(server.last_report, now)
        found = max(self.fleet.of_server(server.id).jobs, key=_came, default=None)
        if found is None or _came(found) < server.last_report:
            return Received(server, at)
        return Received(server, at, found.job.id, found.job.name, found.health.last)

    def turned(self, since: Millis, now: Millis) -> list[Turned]:
        """Return what was refused from a time on, the newest first."""
        refused = [
            (each.received, each.address, each.reason, remedy(each.reason))
            for each in self.refusals.since(since)[:_NAMED]
        ]
        denied = self.denials.since(since)
        told = [*refused, *([] if denied is None else [_denied(denied)])]
        return [
            Turned(
                DisplayTime.from_timestamp(at, now), sender, short(reason, _MAX_REASON_LENGTH), todo
            )
            for at, sender, reason, todo in sorted(told, reverse=True, key=lambda each: each[0])
        ]


def _denied(denial: Denial) -> tuple[Millis, str, str, None]:
    return denial.at, denial.address, denial.reason, None


def _came(view: JobView) -> Millis:
    """Return when the report of a job's last run came."""
    last = view.job.state.last
    return 0 if last is None else last.received
