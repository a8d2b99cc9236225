"""One commit. The rows of its reports are written together, with one statement for each table.

Each statement releases the interpreter's lock and has to wait for it again, after every other
thread: one statement for all reports of a commit costs a fraction of one for each.
"""

import logging
from types import TracebackType

from sqlite_utils import Database

from exporter.limits import Limits
from exporter.logs import log_fields
from exporter.model import Server
from exporter.store.parts import Watch
from exporter.store.rules.recorder import Recorder
from exporter.store.rules.write_cache import WriteCache
from exporter.store.sqlite.row_batch import RowBatch

DEFAULTS = Limits()

_log = logging.getLogger(__name__)


class Transaction:
    """A context manager that returns a recorder; it commits at its end, or undoes on an error."""

    def __init__(
        self,
        db: Database,
        cache: WriteCache,
        limits: Limits = DEFAULTS,
        watch: Watch | None = None,
    ) -> None:
        self._db = db
        self.cache = cache
        self.fresh = WriteCache()
        self.fresh.last_run = cache.last_run
        self.batch = RowBatch()
        self._recorder = Recorder(self, limits, watch)

    def __enter__(self) -> Recorder:
        self._db.execute("BEGIN IMMEDIATE")
        return self._recorder

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.batch.write(self._db)
                self.cache.dirty = True  # until it was updated to what the disk now holds
                self._db.execute("COMMIT")
                self.cache.merge_committed(self.fresh)
                self._log_notes()
        finally:
            self._db.rollback()  # does nothing after a commit

    def _log_notes(self) -> None:
        for note in self._recorder.places.notes:
            _log.warning(note.title, extra=log_fields(**note.fields))

    @property
    def db(self) -> Database:
        """The database, with all that was recorded so far written to it."""
        self.batch.write(self._db)
        return self._db

    @property
    def written(self) -> Database:
        """The database without what waits in the batch."""
        return self._db

    def next_run_id(self) -> int:
        """Return the id of one more run, counted in memory: one program uses the file."""
        self.fresh.last_run += 1
        return self.fresh.last_run

    def hold(self, server: Server) -> Server:
        """Return a server unchanged: nobody else writes."""
        return server
