"""The only writer of the file: SQLite allows one at a time."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlite_utils import Database

from exporter.limits import Limits
from exporter.store.changes import Change
from exporter.store.errors import StoreBusyError, StoreUnavailableError
from exporter.store.group_commit import GroupCommit, WriteRequest
from exporter.store.parts import Watch
from exporter.store.rules.recorder import Recorder
from exporter.store.rules.write_cache import WriteCache
from exporter.store.session import Session
from exporter.store.sqlite.file_identity import FileIdentity
from exporter.store.sqlite.transaction import DEFAULTS, Transaction
from exporter.store.sqlite.wholeness import Wholeness

_COMMIT_TIMEOUT_SECONDS = 30.0
"""How long a caller waits for its commit; a sender of Duplicati gives up after 100 s."""

_log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


class GroupCommitWriter(GroupCommit):
    """Runs pieces of work. `run`, `change` and `dry_run` are thread-safe."""

    def __init__(self, db: Database, limits: Limits = DEFAULTS, watch: Watch | None = None) -> None:
        self._db = db
        self._limits, self._watch = limits, watch
        self._cache = WriteCache.load(db)
        self._file_identity = FileIdentity(db)
        self._whole = Wholeness(db)
        super().__init__(_COMMIT_TIMEOUT_SECONDS)

    def snapshot(self) -> Change:
        """Return every server and job as they are now."""
        return self._cache.snapshot()

    def check_files(self) -> None:
        """Raise `StoreUnavailableError` if the files are no longer those that were opened."""
        self._file_identity.check()

    @property
    def is_untouched(self) -> bool:
        """Whether the files look as they were left, so that no new check is needed."""
        return self._whole.is_untouched

    @property
    def generation(self) -> int:
        """A number that changes when the file was read again: older readers have old data."""
        return self._whole.generation

    def doubt(self, error: sqlite3.Error) -> None:
        """Have the files checked if SQLite found damage."""
        self._whole.doubt(error)

    def run(self, work: Callable[[Recorder], Outcome], then: Callable[[Outcome], None]) -> Outcome:
        """Return what the work returned, once that is durable and was passed to `then`.

        The transaction may hold other pieces of work. `then` is called in the order of the
        commits.

        Raises:
            StoreUnavailableError: the database does not accept it now.
        """
        outcome: Outcome = self.do(work, then)
        return outcome

    def change(self, work: Callable[[Session], Change], then: Callable[[Change], None]) -> None:
        """Run work that changes servers or jobs, in its own transaction; otherwise as `run`."""

        def apply(change: Change) -> None:
            self._cache.apply(change)
            then(change)

        self.do(lambda recorder: work(recorder.db), apply, alone=True)

    def record_by(self, limits: Limits, watch: Watch | None) -> None:
        """Hold reports to other limits, and ask another watch of each."""
        self._limits, self._watch = limits, watch

    def close(self) -> None:
        """Finish the waiting work, then close the connection."""
        self.finish()
        self._db.close()

    def _commit(self, requests: Sequence[WriteRequest]) -> list[Any]:
        self.check_files()
        self._db.rollback()  # has no effect unless a transaction could not be undone at its end
        if self._cache.dirty:
            self._cache = WriteCache.load(self._db)
        self._db = self._whole.check(self._db, self._cache)
        with Transaction(self._db, self._cache, self._limits, self._watch) as recorder:
            outcomes = [request.work(recorder) for request in requests]
        self._whole.left()
        return outcomes

    def _unavailable(self, error: Exception) -> StoreUnavailableError | None:
        if isinstance(error, StoreUnavailableError):
            return error
        if not isinstance(error, sqlite3.DatabaseError) or _is_of_the_work(error):
            return None
        self._whole.doubt(error)
        _log.error("the database does not take writes: %s", error)
        # An error of Python's module itself has no code; the lower byte of a code is its kind.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        kind = StoreBusyError if code == sqlite3.SQLITE_BUSY else StoreUnavailableError
        return kind(str(error))


def _is_of_the_work(error: sqlite3.DatabaseError) -> bool:
    """Return whether a statement is wrong, and not the database locked, full or damaged."""
    return not isinstance(error, sqlite3.OperationalError) and type(error) is not (
        sqlite3.DatabaseError
    )
