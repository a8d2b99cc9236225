"""Keeps what pulls knew of servers: what a good one saw, how often one is made, which failed."""

import contextlib
import logging
from collections.abc import Callable, Collection

from msgspec.structs import replace

from exporter.fleet import Fleet
from exporter.ingest.importer import ReportImporter
from exporter.logs import log_fields
from exporter.model.pulled import Pulled, PullTable, failed, without_table
from exporter.pull.summary import Summary
from exporter.store import Store, StoreUnavailableError, UnknownIdError
from exporter.times import Millis

_log = logging.getLogger(__name__)


def note_pull(importer: ReportImporter, summary: Summary, table: PullTable | None = None) -> None:
    """Keep what a pull saw, if it got everything; the server is known by the runs of it."""
    if summary.complete and summary.server_id is not None:
        with contextlib.suppress(UnknownIdError):  # deleted meanwhile
            importer.note_pull(summary.server_id, replace(summary.seen, table=table))


class PullNotes:
    """What is kept of pulls by tables of the configuration. As thread-safe as the store."""

    def __init__(self, store: Store, fleet: Fleet, interval: Millis) -> None:
        """Know the servers by those of the fleet that were pulled well once, each `interval`."""
        self._store = store
        self._fleet = fleet
        self._interval = interval

    def table(self, name: str) -> PullTable:
        """Return what is kept of a table."""
        return PullTable(name, self._interval)

    def keep_tables(self, names: Collection[str]) -> None:
        """Forget how often servers are pulled whose table is in the configuration no longer."""
        self._edit(lambda name: name not in names, without_table)

    def count_failure(self, table: str) -> None:
        """Count a pull that failed, of a server that was pulled well before."""
        self._edit(lambda name: name == table, failed)

    def failed_in_a_row(self, table: str) -> int:
        """Return how many pulls failed since the last one that went well; 0 if none ever did.

        Of several machines that were behind a table in turn, the last one counts.
        """
        known = (server.pulled for server in self._fleet.pulled_servers())
        of_table = (each for each in known if each and each.table and each.table.name == table)
        last = max(of_table, key=lambda each: each.at, default=None)
        return 0 if last is None else last.failed_in_a_row

    def _edit(
        self, is_meant: Callable[[str], bool], edit: Callable[[Pulled | None], Pulled | None]
    ) -> None:
        """Change what is kept of servers, by the names of their tables."""
        for server in self._fleet.pulled_servers():
            table = None if server.pulled is None else server.pulled.table
            if table is not None and is_meant(table.name):
                self._try(server.id, edit)

    def _try(self, server_id: int, edit: Callable[[Pulled | None], Pulled | None]) -> None:
        try:
            self._store.note_pulled(server_id, edit)
        except UnknownIdError:
            return
        except StoreUnavailableError as error:
            _log.warning("pull not noted", extra=log_fields(reason=str(error)))
