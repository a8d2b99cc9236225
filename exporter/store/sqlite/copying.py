"""A file as the source of a copy, also in use, and one as the target, which nobody uses."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from exporter.store.copying.copier import Snapshot
from exporter.store.copying.tables import TABLES, Table
from exporter.store.errors import StoreError
from exporter.store.session import Row
from exporter.store.sqlite import connection, lock
from exporter.store.sqlite.offline_reader import OfflineReader

_PAGE_ROWS = 1000
_LAST_IDS = "SELECT name, seq FROM sqlite_sequence"
_COUNTED_ON = ("runs", "counted_names")
"""Tables whose ids continue after the highest one that exists: SQLite does not store the last."""

_STORED = {table.name for table in TABLES if table.gives_ids}.difference(_COUNTED_ON)

Answer = TypeVar("Answer")


class FileSnapshot:
    """The rows that a transaction sees."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def pages(self, statement: str) -> Iterator[Sequence[Row]]:
        """Yield the rows of a statement."""
        cursor = self.db.execute(statement)
        while page := cursor.fetchmany(_PAGE_ROWS):
            yield page

    def last_ids(self) -> dict[str, int]:
        """Return the last id that each table assigned."""
        last: dict[str, int] = dict(self.db.execute(_LAST_IDS).fetchall())
        return last | {name: self._highest(name) for name in _COUNTED_ON}

    def _highest(self, table: str) -> int:
        return int(self.db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])  # noqa: S608 - constant


class FileSource:
    """A database of this version to read."""

    def __init__(self, path: Path) -> None:
        """Check that it is intact.

        Raises:
            StoreError: it is damaged, of another version, or missing.
        """
        OfflineReader(path)
        self._path = path

    def read(self, ask: Callable[[Snapshot], Answer]) -> Answer:
        """Return the answer for one snapshot; if a daemon starts or stops, `ask` runs again."""

        def of_one_snapshot(opened: sqlite3.Connection) -> Answer:
            opened.execute("BEGIN")
            return ask(FileSnapshot(Database(opened)))

        return connection.read_snapshot(self._path, of_one_snapshot)


class FileTarget:
    """A database to fill, created if missing."""

    def __init__(self, path: Path) -> None:
        """Lock and open the file, so that no daemon uses it meanwhile.

        Raises:
            StoreInUseError: another program uses it.
            StoreError: it cannot be created or used.
        """
        self._path = Path(os.path.realpath(path))
        connection.check_folder(self._path)
        self._lock = lock.Lock(self._path)
        try:
            connection.prepare(self._path)
            self._lock.hold()
            with connection.usable(self._path):
                self._db = connection.connect(self._path)
        except BaseException:
            self._lock.release()
            raise

    def begin(self) -> Snapshot:
        """Start a transaction without foreign keys: a PostgreSQL may lack rows they need."""
        self._db.rollback()
        self._db.execute("PRAGMA foreign_keys = OFF")
        self._db.execute("BEGIN IMMEDIATE")
        return FileSnapshot(self._db)

    def add(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows to a table."""
        columns, marks = ", ".join(table.columns), ", ".join("?" * len(table.columns))
        statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - constant
        self._db.conn.executemany(statement, rows)

    def continue_ids(self, last: Mapping[str, int]) -> None:
        """Make the tables assign ids after the given last ones only."""
        values = [(name, last_id) for name, last_id in last.items() if name in _STORED]
        for name, last_id in values:
            self._db.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            self._db.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, last_id))

    def commit(self) -> None:
        """Commit the transaction, and leave one file only, which can be moved."""
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA journal_mode = DELETE")

    def close(self) -> None:
        """Undo what was not committed, and release the file."""
        self._db.rollback()
        self._db.close()
        self._lock.release()

    @contextlib.contextmanager
    def usable(self) -> Iterator[None]:
        """Turn errors of this database into `StoreError`, with its path."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be written ({error})") from error
