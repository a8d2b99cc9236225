"""Access to the application's SQLite file, which is not changed.

All is read from a private snapshot: the application may run and write meanwhile, and does not have
to wait.
"""

import contextlib
import sqlite3
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from exporter.ingest.duplistatus.runs import COLUMNS

Row = Mapping[str, object]

_HEAD = struct.Struct(">16sHBB8xI")
"""The start of a file: a magic text, the size of a page, two versions of which 2 stands for a
write-ahead log, a counter of changes, the number of pages (SQLite's file format, 1.3)."""

_MAGIC = b"SQLite format 3\0"
_WRITE_AHEAD = 2
_MAX_PAGE_SIZE = 65536

_PATIENCE_SECONDS = 5.0
"""How long to wait for a writer of the application, which takes milliseconds."""

_SERVERS = ("servers", "machines")
"""The table's name, and its name until the application's schema 2."""

_ADVICE = "stop duplistatus, copy its data folder, and import backups.db of the copy"
_HINT = "name the backups.db in the data folder of the web application duplistatus"


class UnreadableDatabaseError(Exception):
    """The file is not a database of the application, or is damaged; the text says what to do."""


class Server(Struct, frozen=True):
    """A server of the application; None means that nothing is set."""

    id: str
    name: str | None
    alias: str | None
    note: str | None


class Source:
    """The content of the database. Every method raises `UnreadableDatabaseError` if it is damaged.

    Tables and columns that are missing in this version of the application count as empty.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._servers = next(table for table in _SERVERS if self._columns(table))

    def servers(self) -> list[Server]:
        """Return the servers that have an id."""
        rows = self._rows(self._servers, ("id", "name", "alias", "note"))
        texts = ({key: _text(value) for key, value in row.items()} for row in rows)
        return [
            Server(server_id, row.get("name"), row.get("alias"), row.get("note"))
            for row in texts
            if (server_id := row.get("id")) is not None
        ]

    def count_runs(self) -> int:
        """Return how many runs there are."""
        return sum(1 for _ in self._select("SELECT 1 FROM backups"))

    def runs(self) -> Iterator[Row]:
        """Yield the runs, the oldest first; older versions call `server_id` machine_id."""
        for row in self._rows("backups", COLUMNS, oldest_by=("begin_time", "date")):
            yield {**row, "server_id": row.get("server_id", row.get("machine_id"))}

    def configuration(self, key: str) -> str | None:
        """Return a setting as it is stored, None if there is none."""
        for row in self._rows("configurations", ("key", "value")):
            if row.get("key") == key:
                return _text(row.get("value"))
        return None

    def _rows(
        self, table: str, wanted: tuple[str, ...], oldest_by: tuple[str, ...] = ()
    ) -> Iterator[Row]:
        present = self._columns(table)
        columns = [column for column in wanted if column in present]
        order = [column for column in oldest_by if column in present]
        if columns:
            ordered = f" ORDER BY {', '.join(order)}" if order else ""
            yield from self._select(f"SELECT {', '.join(columns)} FROM {table}{ordered}")  # noqa: S608 - our own names

    def _columns(self, table: str) -> set[object]:
        return {row["name"] for row in self._select(f"PRAGMA table_info({table})")}

    def _select(self, query: str) -> Iterator[Row]:
        try:
            yield from map(dict, self._connection.execute(query))
        except sqlite3.Error as error:
            raise _unreadable(self._path, error) from error


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Yield a snapshot of a database.

    Raises:
        UnreadableDatabaseError: it is not a database of the application, or is damaged.
    """
    with contextlib.ExitStack() as stack:
        yield _prepared(path, stack)


def _prepared(path: Path, stack: contextlib.ExitStack) -> Source:
    if not path.is_file():
        message = f"there is no file {path}: {_HINT}"
        raise UnreadableDatabaseError(message)
    try:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="duplistatus-import-"))
        connection = stack.enter_context(closing(_copied(path, Path(folder, "copy.sqlite"))))
        _check(connection, path)
    except (sqlite3.Error, OSError) as error:
        raise _unreadable(path, error) from error
    return Source(connection, path)


def _copied(path: Path, copy: Path) -> sqlite3.Connection:
    with closing(sqlite3.connect(_uri(path), timeout=_PATIENCE_SECONDS, uri=True)) as source:
        # A copy would wait for a lock for ever; what is being read is not locked any more.
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master").fetchone()
        connection = sqlite3.connect(copy)
        try:
            source.backup(connection)
        except BaseException:
            connection.close()
            raise
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    return connection


def _uri(path: Path) -> str:
    """Return the URI that opens a complete file without creating another one beside it.

    If there is a write-ahead log, SQLite needs an index beside it, and creates it if missing.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD.size).ljust(_HEAD.size, b"\0")
    magic, page, write_version, _, pages = _HEAD.unpack(head)
    # SQLite reads what is missing of a last page as zeros.
    if magic == _MAGIC and path.stat().st_size < pages * (_MAX_PAGE_SIZE if page == 1 else page):
        message = f"{path} is truncated: {_ADVICE}, or an older copy of it"
        raise UnreadableDatabaseError(message)
    still = write_version == _WRITE_AHEAD and not path.with_name(f"{path.name}-wal").exists()
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if still else ''}"


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        message = f"{path} is damaged ({found}): {_ADVICE}, or an older copy of it"
        raise UnreadableDatabaseError(message)
    tables = {row["name"] for row in connection.execute("SELECT name FROM sqlite_master")}
    if "backups" not in tables or tables.isdisjoint(_SERVERS):
        message = f"{path} is not a database of duplistatus, its tables are missing: {_HINT}"
        raise UnreadableDatabaseError(message)


def _unreadable(path: Path, error: Exception) -> UnreadableDatabaseError:
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_FULL:
        message = f"there is no space to copy {path}: name a larger folder in TMPDIR"
        return UnreadableDatabaseError(message)
    if code == sqlite3.SQLITE_READONLY_ROLLBACK:
        message = f"{path} was left in the middle of a change"
        return UnreadableDatabaseError(f"{message}: let duplistatus start with it once")
    if code == sqlite3.SQLITE_NOTADB:
        return UnreadableDatabaseError(f"{path} is not a SQLite database: {_HINT}")
    return UnreadableDatabaseError(f"{path} cannot be read ({error}): {_ADVICE}")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
