"""Reading all that is stored, also while a daemon uses the database, and changing nothing.

Each answer is one snapshot and is read at once, so that a slow reader does not make the write-ahead
log grow. Between two answers others may write.
"""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from exporter.store.errors import StoreError
from exporter.store.rules.records import RecordsReader
from exporter.store.session import Session
from exporter.store.sqlite import connection, wal

_LOG_CHECKS = 5

Answer = TypeVar("Answer")


class OfflineReader(RecordsReader):
    """Reads a file. Every method raises `StoreError` if it cannot be read."""

    def __init__(self, path: Path) -> None:
        """Check that a database is intact and of this version.

        Raises:
            StoreError: it is not, or it is missing.
        """
        _refuse_cut_log(path)
        connection.check_there(path)
        if not connection.is_large(path):
            connection.check_integrity(path)
        self._path = path
        super().__init__(self._read)
        connection.read_snapshot(path, lambda db: connection.check_version(Database(db), path))

    def _read(self, ask: Callable[[Session], Answer]) -> Answer:
        def of_one_snapshot(opened: sqlite3.Connection) -> Answer:
            opened.execute("BEGIN")
            return ask(Database(opened))

        return connection.read_snapshot(self._path, of_one_snapshot)


def _refuse_cut_log(path: Path) -> None:
    """Check several times: a daemon may write between the reading of its log and of the index."""
    for _ in range(_LOG_CHECKS - 1):
        with contextlib.suppress(StoreError):
            return wal.check(path)
    return wal.check(path)
