"""Reading all that is stored, though a daemon may have the database, and changing nothing of it.

Each answer is of one moment and is read at once, so that nobody's write-ahead log has to wait for
a reader that takes its time. Between two answers others may write.
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

_LOOKS_AT_LOG = 5

Answer = TypeVar("Answer")


class OfflineReader(RecordsReader):
    """Reads a file. Every method raises `StoreError` where it cannot be read."""

    def __init__(self, path: Path) -> None:
        """Look whether a database is whole and of this version.

        Raises:
            StoreError: it is not, or there is none.
        """
        _refuse_cut_log(path)
        connection.check_there(path)
        if not connection.is_large(path):
            connection.check_integrity(path)
        self._path = path
        super().__init__(self._read)
        connection.read_snapshot(path, lambda db: connection.check_version(Database(db), path))

    def _read(self, ask: Callable[[Session], Answer]) -> Answer:
        def of_one_moment(opened: sqlite3.Connection) -> Answer:
            opened.execute("BEGIN")
            return ask(Database(opened))

        return connection.read_snapshot(self._path, of_one_moment)


def _refuse_cut_log(path: Path) -> None:
    """Look again before saying so: a daemon may write between a look at its log and the index."""
    for _ in range(_LOOKS_AT_LOG - 1):
        with contextlib.suppress(StoreError):
            return wal.check(path)
    return wal.check(path)
