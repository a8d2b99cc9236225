"""Finds the runs of a server that are in no log, with what it does at present and its errors."""

import contextlib
import logging
from collections.abc import Sequence
from functools import cached_property

from exporter.ingest.importer import HistoricalReport
from exporter.logs import log_fields
from exporter.model import Status
from exporter.pull.client.errors import GoneError, ServerError
from exporter.pull.client.notices import Notice
from exporter.pull.client.reports import Ran
from exporter.pull.client.server import Backup, DuplicatiServer, SystemInfo
from exporter.pull.client.states import ServerState
from exporter.pull.found_reports import exception_of, found_report
from exporter.pull.found_runs import Findings, FoundRun, find
from exporter.times import Millis

_log = logging.getLogger(__name__)


class Finder:
    """Finds runs in one pull of a server. Asks at once what the server does, its `state`."""

    def __init__(self, server: DuplicatiServer, info: SystemInfo) -> None:
        self._server = server
        self._info = info
        self.state = state_of(server)

    def find(self, backup: Backup, rows: Sequence[Ran]) -> Findings:
        """Return what is known of a backup besides the rows of its log."""
        idle = self.state is not None and self.state.is_idle(backup.id)
        return find(backup, rows, idle=idle)

    def next_start(self, backup: Backup, findings: Findings) -> Millis | None:
        """Return when the next run is expected; None if none is planned, or it is unclear.

        Where nobody can say what became of the last planned run, what was expected stays so: the
        scheduler has moved on already.
        """
        planned, state = backup.planned, self.state
        if planned is None or (state is None and findings.unclear):
            return None
        server = self._server
        return planned.next_start(backup.id, state or ServerState(), server.now) - server.skew

    def reports(self, backup: Backup, findings: Findings) -> list[HistoricalReport]:
        """Return the reports of the runs that were found."""
        return [self._report(backup, found) for found in findings.runs]

    def _report(self, backup: Backup, found: FoundRun) -> HistoricalReport:
        died = found.status is Status.FATAL
        exception = exception_of(found, backup, self._notices) if died else None
        return found_report(found, backup, self._info, self._server.skew, exception)

    @cached_property
    def _notices(self) -> list[Notice]:
        """The errors that the server shows: they only add to what is known of a death."""
        with contextlib.suppress(ServerError):
            return self._server.notices()
        return []


def state_of(server: DuplicatiServer) -> ServerState | None:
    """Return what a server does; None if it could not say, so that no backup is known to be idle.

    A server without this route writes into a schedule what ended, as every version does: each
    backup counts as idle there.
    """
    try:
        return server.state()
    except GoneError:
        return ServerState()
    except ServerError as error:  # one that is not reached says so at the next request
        _log.debug("state unknown", extra=log_fields(server=server.name, reason=str(error)))
        return None
