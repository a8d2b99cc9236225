"""Two connections to a schema of its own, in which the code of the daemon is tried.

The schema is named in each transaction, so that a pooler cannot run a statement on the tables of a
daemon.
"""

import contextlib
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial

from exporter.limits import Limits
from exporter.model import BACKUP, Counts, Delivery, Log, Machine, Report, Run, Status
from exporter.store.changes import Recorded
from exporter.store.postgres import schema
from exporter.store.postgres.connecting import Connector
from exporter.store.postgres.feed import Clock, Feed, Mark
from exporter.store.postgres.memory import Memory
from exporter.store.postgres.session import Cursor, PgConnection, PgSession
from exporter.store.postgres.transaction import TOGETHER, PgTransaction
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.rules.recorder import Recorder
from exporter.store.scope import Scope
from exporter.store.session import Values
from exporter.times import DAY, MINUTE, Millis

WRITER = 1
JOB, SERVER = "Documents", "nas"

_REGISTER = "INSERT INTO writers (id, heard, version, format) VALUES (?, clock_timestamp(), '', 1)"
_HANGING_SECONDS = 10.0
_RECORDING = partial(Recorder, limits=Limits())
_BEGAN: Millis = 1_767_225_600_000


class TrialSession(PgSession):
    """Selects the schema at the start of each transaction."""

    def __init__(self, connection: PgConnection, name: str) -> None:
        super().__init__(connection)
        self._schema = name

    def execute(self, statement: str, values: Values = (), /) -> Cursor:
        """Run one statement."""
        cursor = super().execute(statement, values)
        if statement.startswith("BEGIN"):
            super().execute(f"SET LOCAL search_path TO {self._schema}")
        return cursor

    @contextlib.contextmanager
    def transaction(self, begin: str = "BEGIN") -> Iterator[None]:
        """Run a block in a transaction, and commit it at the end."""
        self.execute(begin)
        try:
            yield
            self.execute("COMMIT")
        finally:
            self.connection.rollback()  # does nothing after a commit


class _Silent(Feed):
    """A feed without changes: nobody else writes."""

    def catch_up(self, patience: float = 0) -> None:
        """Return at once."""


class Trial:
    """Records reports on the first connection. Not thread-safe."""

    def __init__(self, connector: Connector) -> None:
        """Connect twice; raises the errors of psycopg."""
        self.schema = f"duplistatus_check_{secrets.token_hex(6)}"
        self._watchdog = connector.watchdog
        self._memory = Memory()
        self._feed = _Silent(connector, self._memory, Clock())
        self._last: int | None = None
        self._stamp = 0
        with ExitStack() as stack:
            self.first, self.second = [
                TrialSession(stack.enter_context(_connected(connector)), self.schema)
                for _ in range(2)
            ]
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Remove the schema and close the connections."""
        with self._stack, self.watching():
            for session in (self.second, self.first):
                session.connection.rollback()
            self.first.connection.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Close the connections unless the block ends in time."""
        with ExitStack() as stack:
            for session in (self.first, self.second):
                watched = self._watchdog.watching(session.connection, _HANGING_SECONDS)
                stack.enter_context(watched)
            yield

    def make_tables(self) -> None:
        """Create the schema with its tables, and register a daemon."""
        connection = self.first.connection
        connection.execute(f"CREATE SCHEMA {self.schema}")
        with connection.transaction():
            connection.execute(f"SET LOCAL search_path TO {self.schema}")
            schema.upgrade(connection)
        with self.first.transaction():
            self.first.execute(_REGISTER, (WRITER,))

    def record(self, number: int) -> Recorded:
        """Record a report as a daemon does, and commit it."""
        began = _BEGAN + number * DAY
        prepared = PreparedReport.from_report(_report(began), Delivery(began + MINUTE, "192.0.2.1"))
        scope = Scope(senders=(prepared.sender,), structural=number == 0)
        transaction = PgTransaction(self.first, self._memory, self._feed, _RECORDING, [])
        self._stamp += 1
        mark = Mark(WRITER, self._stamp, secrets.randbits(62), self._last)
        transaction.begin(scope, mark, TOGETHER)
        recorded = transaction.recorder.record(prepared)
        news = transaction.commit(mark, None)
        if news is not None:
            self._memory.commit(transaction.fresh, news)
        self._last = mark.token
        return recorded


def _connected(connector: Connector) -> AbstractContextManager[PgConnection]:
    connection = connector.connect()
    connection.prepare_threshold = None
    return contextlib.closing(connection)


def _report(began: Millis) -> Report:
    run = Run(BACKUP, Status.SUCCESS, began, began + MINUTE, MINUTE, Counts(examined_files=1))
    log = Log(details=("a part that could not be read",))
    return Report(Machine("id of nas", SERVER), JOB, run, log, {"ExaminedFiles": 1})
