"""A file that is copied from, whoever has it, and one that is copied to, which nobody has."""

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
"""Tables whose ids go on from the highest that is there: SQLite notes none of them."""

_NOTED = {table.name for table in TABLES if table.gives_ids}.difference(_COUNTED_ON)

Answer = TypeVar("Answer")


class FileSnapshot:
    """What a transaction sees."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def pages(self, statement: str) -> Iterator[Sequence[Row]]:
        """Yield the rows of a statement."""
        cursor = self.db.execute(statement)
        while page := cursor.fetchmany(_PAGE_ROWS):
            yield page

    def last_ids(self) -> dict[str, int]:
        """Return the last id that each table gave."""
        last: dict[str, int] = dict(self.db.execute(_LAST_IDS).fetchall())
        return last | {name: self._highest(name) for name in _COUNTED_ON}

    def _highest(self, table: str) -> int:
        return int(self.db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])  # noqa: S608 - constant


class FileSource:
    """A database of this version to read."""

    def __init__(self, path: Path) -> None:
        """Look whether it is whole.

        Raises:
            StoreError: it is not, it is of another version, or there is none.
        """
        OfflineReader(path)
        self._path = path

    def read(self, ask: Callable[[Snapshot], Answer]) -> Answer:
        """Return what is asked of one moment. Where a daemon starts or stops it is asked again."""

        def of_one_moment(opened: sqlite3.Connection) -> Answer:
            opened.execute("BEGIN")
            return ask(FileSnapshot(Database(opened)))

        return connection.read_snapshot(self._path, of_one_moment)


class FileTarget:
    """A database to fill, made if it is missing."""

    def __init__(self, path: Path) -> None:
        """Take it, so that no daemon does meanwhile.

        Raises:
            StoreInUseError: another program has it.
            StoreError: it cannot be made or used.
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
        """Begin a transaction. What others refer to may be missing in a PostgreSQL."""
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
        """Give no id of a table up to the last one."""
        values = [(name, last_id) for name, last_id in last.items() if name in _NOTED]
        for name, last_id in values:
            self._db.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            self._db.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, last_id))

    def commit(self) -> None:
        """Make it durable, as one file wherever it is opened next."""
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA journal_mode = DELETE")

    def close(self) -> None:
        """Undo what was not committed, and let others have the file."""
        self._db.rollback()
        self._db.close()
        self._lock.release()

    @contextlib.contextmanager
    def usable(self) -> Iterator[None]:
        """Say of an error of this database which one it is."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be written ({error})") from error
