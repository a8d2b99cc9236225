"""Finds the runs of a server that are in no log, with what it does at present and its errors."""

import contextlib
from collections.abc import Sequence
from functools import cached_property

from exporter.ingest.importer import HistoricalReport
from exporter.model import Status
from exporter.pull.client.errors import AccessError, GoneError, ServerError
from exporter.pull.client.notices import Notice
from exporter.pull.client.reports import Ran
from exporter.pull.client.server import Backup, DuplicatiServer, SystemInfo
from exporter.pull.client.states import ServerState
from exporter.pull.found_reports import exception_of, found_report
from exporter.pull.found_runs import Findings, FoundRun, find
from exporter.pull.summary import Summary


class Finder:
    """Finds runs in one pull of a server. Asks at once what the server does.

    Raises:
        AccessError: the server is not reached, or denies access.
    """

    def __init__(self, server: DuplicatiServer, info: SystemInfo, summary: Summary) -> None:
        self._server = server
        self._info = info
        self._state = _state(server, summary)

    def find(self, backup: Backup, rows: Sequence[Ran]) -> Findings:
        """Return what is known of a backup besides the rows of its log."""
        idle = self._state is not None and self._state.is_idle(backup.id)
        return find(backup, rows, idle=idle)

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


def _state(server: DuplicatiServer, summary: Summary) -> ServerState | None:
    """Return what a server does; None if it could not say, so that no backup is known to be idle.

    A server without this route writes into a schedule what ended, as every version does: each
    backup counts as idle there.
    """
    try:
        return server.state()
    except GoneError:
        return ServerState()
    except AccessError:
        raise
    except ServerError as error:
        summary.add_failure(str(error))
        return None
