"""Databases of each engine, for tests that every store must pass. A plugin of the tests.

A test that asks for `database` or `engine` runs once for each engine; what needs PostgreSQL is left
out of `tests/run --quick`.
"""

import itertools
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from exporter.limits import Limits
from exporter.store import Store, Watch
from exporter.store.postgres import Store as PostgresStore
from exporter.store.postgres import open_reader, schema
from exporter.store.postgres.session import PgSession, prepare
from exporter.store.rules.records import RecordsReader
from exporter.store.sqlite import OfflineReader
from exporter.store.sqlite import Store as SqliteStore
from tests.support.empty import empty_database
from tests.support.postgres import Postgres, running

DEFAULTS = Limits()
_TEMPLATE = "template"
_PATIENCE_SECONDS = 10.0
"""Enough for a database that is present: what takes longer hangs."""
_EMPTY = """
DO $$ DECLARE filled text; BEGIN
    FOR filled IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT IN ('meta', 'steps')
    LOOP EXECUTE format('DELETE FROM %I', filled); END LOOP;
    PERFORM setval(CAST(sequencename AS regclass), 1, FALSE) FROM pg_sequences;
END $$"""

_numbers = itertools.count()

Rows = list[tuple[Any, ...]]


class Database(ABC):
    """An empty database. Stores that are still open are closed when it is removed."""

    engine: str

    def __init__(self) -> None:
        self._opened: list[Store] = []

    def open(self, limits: Limits = DEFAULTS, watch: Watch | None = None) -> Store:
        """Open it like a daemon that starts."""
        store = self._open(limits, watch)
        self._opened.append(store)
        return store

    def reopen(self, store: Store) -> Store:
        """Close a store and open it again, like a daemon that is restarted."""
        self.close(store)
        return self.open()

    def close(self, store: Store) -> None:
        """Close a store like a daemon that stops."""
        self._opened.remove(store)
        store.close()

    def close_all(self) -> None:
        """Close the stores that are still open."""
        while self._opened:
            self._opened.pop().close()

    @abstractmethod
    def _open(self, limits: Limits, watch: Watch | None) -> Store: ...

    @abstractmethod
    def rows(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        """Query the database directly, without the store; `?` is a value in every engine."""

    @abstractmethod
    def reader(self) -> RecordsReader:
        """Return what reads all of it, as an export does."""

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Change the database directly, without the store."""
        self.rows(statement, values)


class SqliteDatabase(Database):
    """A file."""

    engine = "sqlite"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = empty_database(path)

    def _open(self, limits: Limits, watch: Watch | None) -> Store:
        return SqliteStore(self.path, limits, watch)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        """Query the file like another program."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            return db.execute(statement, values).fetchall()

    def reader(self) -> RecordsReader:
        """Return what reads the file."""
        return OfflineReader(self.path)


class PostgresDatabase(Database):
    """A database of a server that all tests of a process share."""

    engine = "postgres"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def _open(self, limits: Limits, watch: Watch | None) -> Store:
        return PostgresStore(self.url, limits, "tests", _PATIENCE_SECONDS, watch)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        """Query the server."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            prepare(connection)
            cursor = PgSession(connection).execute(statement, values)
            return [] if cursor.description is None else [tuple(row) for row in cursor.fetchall()]

    def reader(self) -> RecordsReader:
        """Return what reads the database."""
        return open_reader(self.url)

    def empty(self) -> None:
        """Remove all that stores wrote, and make ids start again."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(_EMPTY)


class Engine(ABC):
    """Makes databases."""

    @abstractmethod
    def database(self) -> AbstractContextManager[Database]:
        """Make an empty database and remove it at the end."""

    def emptied(self) -> AbstractContextManager[Database]:
        """Lend an empty database for one of the hundreds of examples of a property."""
        return self.database()


class SqliteEngine(Engine):
    """Makes files."""

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Make a file in its own folder."""
        with tempfile.TemporaryDirectory() as folder:
            database = SqliteDatabase(Path(folder) / "reports.sqlite")
            try:
                yield database
            finally:
                database.close_all()


class PostgresEngine(Engine):
    """Makes databases on one server from a template: so each takes 20 ms."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._spare: list[PostgresDatabase] = []
        with psycopg.connect(server.create(_TEMPLATE), autocommit=True) as connection:
            schema.upgrade(connection)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Copy the template."""
        name = f"test_{next(_numbers)}"
        database = PostgresDatabase(self._server.create(name, _TEMPLATE))
        try:
            yield database
        finally:
            database.close_all()
            self._server.drop(name)

    @contextmanager
    def emptied(self) -> Iterator[Database]:
        """Lend a database that was used before: a copy takes longer than most examples."""
        if not self._spare:
            url = self._server.create(f"spare_{next(_numbers)}", _TEMPLATE)
            self._spare.append(PostgresDatabase(url))
        database = self._spare.pop()
        try:
            yield database
        finally:
            database.close_all()
            database.empty()
            self._spare.append(database)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresEngine]:
    """Run one PostgreSQL for the tests of a process.

    Its folder is in /tmp: its own user must reach it, which pytest's folders do not allow, and
    the path of a socket may have 107 bytes.
    """
    with (
        tempfile.TemporaryDirectory(prefix="postgres-", dir="/tmp") as folder,
        running(Path(folder)) as server,
    ):
        yield PostgresEngine(server)


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.not_quick)]
)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return what makes databases, of each engine in turn."""
    if request.param == "sqlite":
        return SqliteEngine()
    found: PostgresEngine = request.getfixturevalue("postgres")
    return found


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    """Return an empty database of each engine in turn."""
    with engine.database() as database:
        yield database
