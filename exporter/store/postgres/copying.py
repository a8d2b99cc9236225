"""A PostgreSQL as the source of a copy, and one as the target, which no daemon uses meanwhile."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import psycopg

from exporter.store.copying.copier import Snapshot
from exporter.store.copying.tables import TABLES, Table
from exporter.store.errors import StoreError
from exporter.store.postgres import schema
from exporter.store.postgres.address import Address
from exporter.store.postgres.connecting import reason
from exporter.store.postgres.session import PgConnection, PgSession, prepare
from exporter.store.session import Row

_PAGE_ROWS = 1000
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_LONG = """
SELECT set_config('statement_timeout', '0', TRUE), set_config('lock_timeout', '10s', TRUE),
    set_config('idle_in_transaction_session_timeout', '0', TRUE)"""
"""A whole table takes longer than a statement of a daemon may."""

_KEEP_OUT = "LOCK TABLE writers IN SHARE ROW EXCLUSIVE MODE"
"""A daemon that starts registers first, and so waits until the copy is complete."""

_HEARD = "SELECT count(*) FROM writers WHERE heard > clock_timestamp() - interval '1 minute'"
_NOTE_NEWEST = """
UPDATE jobs SET newest = found.newest FROM (
    SELECT job_id, max(greatest(started, began)) AS newest FROM runs GROUP BY job_id
) AS found WHERE jobs.id = found.job_id"""
"""A daemon counts this itself with each report; where it is missing, each job's next one asks."""

_SEQUENCES = {table.name: f"{table.name}_id_seq" for table in TABLES if table.gives_ids}
_SEQUENCES["runs"] = "run_ids"

Answer = TypeVar("Answer")


class PgSnapshot:
    """The rows that a transaction sees."""

    def __init__(self, connection: PgConnection) -> None:
        self._connection = connection
        self.db = PgSession(connection)

    def pages(self, statement: str) -> Iterator[Sequence[Row]]:
        """Yield the rows of a statement, read as they are needed."""
        with self._connection.cursor("pages") as cursor:
            cursor.execute(statement, binary=True)
            while page := cursor.fetchmany(_PAGE_ROWS):
                yield page

    def last_ids(self) -> dict[str, int]:
        """Return the last id that each table assigned."""
        return {table: self._last(sequence) for table, sequence in _SEQUENCES.items()}

    def _last(self, sequence: str) -> int:
        return self.number(
            f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608 - constant
        )

    def number(self, statement: str) -> int:
        """Return the one number that a statement returns."""
        ((answer,),) = self.db.execute(statement).fetchall()
        return int(answer)


class PgSource:
    """A database to read, also while daemons use it."""

    def __init__(self, url: str) -> None:
        """Parse the URL. Raises `StoreError` if it is not valid."""
        self._address = Address(url)

    def read(self, ask: Callable[[Snapshot], Answer]) -> Answer:
        """Return the answer for one snapshot."""
        with _using(self._address, "read"), _connected(self._address) as connection:
            connection.execute(_READ)
            connection.execute(_LONG)
            return ask(PgSnapshot(connection))


class PgTarget:
    """A database to fill, whose tables are created if missing."""

    def __init__(self, url: str) -> None:
        """Open it.

        Raises:
            StoreError: it cannot be used.
        """
        self._address = Address(url)
        self._stack = contextlib.ExitStack()
        with self.usable():
            self._connection = self._stack.enter_context(_connected(self._address))
            schema.upgrade(self._connection)

    def begin(self) -> Snapshot:
        """Start a transaction during which no daemon can start.

        Raises:
            StoreError: a daemon uses the database.
        """
        self._connection.rollback()
        for statement in ("BEGIN", _LONG, _KEEP_OUT):
            self._connection.execute(statement)
        snapshot = PgSnapshot(self._connection)
        if snapshot.number(_HEARD):
            message = f"{self._address} was used by a daemon within the last minute"
            raise StoreError(f"{message}: stop it and wait a minute, or use --add-missing")
        return snapshot

    def add(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows to a table."""
        flags = [place for place, name in enumerate(table.columns) if name in table.flags]
        statement = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(_with_flags(row, flags))

    def continue_ids(self, last: Mapping[str, int]) -> None:
        """Make the tables assign ids after the given last ones and after those that exist only."""
        snapshot = PgSnapshot(self._connection)
        for table, sequence in _SEQUENCES.items():
            present = snapshot.number(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 - constant
            highest = max(present, last.get(table, 0))
            if highest:
                snapshot.db.execute(f"SELECT setval('{sequence}', ?, TRUE)", (highest,))

    def commit(self) -> None:
        """Note for each job when its newest run started, and commit the transaction."""
        self._connection.execute(_NOTE_NEWEST)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection, which undoes what was not committed."""
        self._stack.close()

    def usable(self) -> contextlib.AbstractContextManager[None]:
        """Turn errors of this database into `StoreError`, with its address."""
        return _using(self._address, "written")


def _with_flags(row: Row, flags: Sequence[int]) -> Sequence[object]:
    """Return a row with boolean flags, which SQLite stores as numbers."""
    if not flags:
        return row
    values = list(row)
    for place in flags:
        values[place] = bool(values[place])
    return values


@contextlib.contextmanager
def _connected(address: Address) -> Iterator[PgConnection]:
    connection: PgConnection = psycopg.connect(
        address.conninfo, autocommit=True, prepare_threshold=None
    )
    with contextlib.closing(connection):
        prepare(connection)
        yield connection


@contextlib.contextmanager
def _using(address: Address, done: str) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise StoreError(f"{address} cannot be {done} ({reason(error)})") from error
