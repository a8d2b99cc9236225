"""Connections to PostgreSQL: opened again when lost, cut when they hang."""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import psycopg

from exporter.store.errors import StoreUnavailableError
from exporter.store.postgres.address import Address
from exporter.store.postgres.session import PgConnection, PgSession, prepare_if_direct

HANGING_SECONDS = 7.0
"""Longer than the server's own limits for a statement. A server that is frozen, or whose disk
hangs, still acknowledges at the level of TCP: without this limit the wait would never end."""

_LOOK_SECONDS = 0.5
_FIRST_PAUSE_SECONDS = 0.02
_LAST_PAUSE_SECONDS = 0.5

_UNPREPARED = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.DuplicatePreparedStatement)
"""The errors if a pooler runs a prepared statement on another connection."""

_LOST = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
)
"""No connection, a server that stops or starts, or one that is no longer the primary; and what the
server undoes because of others: a deadlock, a conflict, a timeout."""

_log = logging.getLogger(__name__)
logging.getLogger("psycopg").setLevel(logging.ERROR)  # else a lost pipeline is logged at each end

Answer = TypeVar("Answer")


class Watchdog:
    """Closes connections on which something takes too long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[int, tuple[float, PgConnection]] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def watching(self, connection: PgConnection, seconds: float | None = None) -> Iterator[None]:
        """Close a connection unless the block ends in time."""
        key, until = id(connection), time.monotonic() + (seconds or HANGING_SECONDS)
        with self._lock:
            self._watched[key] = until, connection
        try:
            yield
        finally:
            with self._lock:
                del self._watched[key]

    def close(self) -> None:
        """End the thread."""
        self._ending.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ending.wait(_LOOK_SECONDS):
            now = time.monotonic()
            with self._lock:
                hanging = [each for until, each in self._watched.values() if until < now]
                for connection in hanging:
                    _cut(connection)


def _cut(connection: PgConnection) -> None:
    """Shut down the socket; whoever waits for it then gets the error of a lost connection."""
    with (
        contextlib.suppress(OSError, psycopg.Error),
        socket.socket(fileno=os.dup(connection.fileno())) as shared,
    ):
        shared.shutdown(socket.SHUT_RDWR)


class Connector:
    """Opens connections to one database. Thread-safe."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.watchdog = Watchdog()
        self._prepares = True

    def connect(self) -> PgConnection:
        """Open a connection; raises the errors of psycopg."""
        connection: PgConnection = psycopg.connect(
            self.address.conninfo, autocommit=True, cursor_factory=psycopg.Cursor
        )
        self.prepare(connection)
        return connection

    def prepare(self, connection: PgConnection) -> None:
        """Make a new connection ready for statements; raises what psycopg does."""
        with self.watchdog.watching(connection):
            prepare_if_direct(connection)
        if not self._prepares:
            connection.prepare_threshold = None

    def stop_preparing(self) -> None:
        """Stop preparing statements: a pooler in between does not keep them."""
        if self._prepares:
            _log.info("the pooler does not keep prepared statements: they are not used any more")
        self._prepares = False

    def close(self) -> None:
        """End the watchdog of the connections."""
        self.watchdog.close()


class SteadyConnection:
    """One connection that is opened again when it is lost. Not thread-safe."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._connection: PgConnection | None = None

    def use(
        self, work: Callable[[PgSession], Answer], patience: float, timeout: float | None = None
    ) -> Answer:
        """Return the result of `work`, which runs again if the connection is lost.

        Raises:
            StoreUnavailableError: the database was away for `patience` seconds.
        """
        lost: Exception = StoreUnavailableError()
        for _ in trying(patience):
            try:
                return self.once(work, timeout)
            except _LOST as error:
                lost = error
        raise StoreUnavailableError(reason(lost)) from lost

    def once(self, work: Callable[[PgSession], Answer], timeout: float | None = None) -> Answer:
        """Return the result of `work`; raises the errors of psycopg.

        The connection is closed after `timeout` seconds.
        """
        connection = self._opened()
        try:
            with self._connector.watchdog.watching(connection, timeout):
                return work(PgSession(connection))
        except _UNPREPARED as error:
            self._connector.stop_preparing()
            self.close()
            raise psycopg.OperationalError(str(error)) from error
        except psycopg.errors.ReadOnlySqlTransaction:
            self.close()  # a session may stay so for good
            raise
        except BaseException:
            self._end_transaction(connection)
            raise

    def close(self) -> None:
        """Close the connection; the next use opens another."""
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _opened(self) -> PgConnection:
        if self._connection is None or self._connection.closed:
            self._connection = self._connector.connect()
        return self._connection

    def _end_transaction(self, connection: PgConnection) -> None:
        """Undo an open transaction; if that fails, close the connection."""
        try:
            with self._connector.watchdog.watching(connection):
                connection.execute("ROLLBACK")
        except psycopg.Error:
            self.close()


def trying(patience: float, hurried: threading.Event | None = None) -> Iterator[int]:
    """Yield the numbers of tries, with growing pauses, until `patience` seconds have passed.

    Once `hurried` is set, the present try is the last.
    """
    until, pause, number = time.monotonic() + patience, _FIRST_PAUSE_SECONDS, 0
    ending = hurried or threading.Event()
    while True:
        yield number
        number += 1
        if time.monotonic() + pause > until or ending.wait(pause):
            return
        pause = min(2 * pause, _LAST_PAUSE_SECONDS)


def is_lost(error: Exception) -> bool:
    """Return whether the same may succeed on another connection, or a little later."""
    return isinstance(error, _LOST)


def reason(error: Exception) -> str:
    """Return an error of psycopg in one line."""
    return " ".join(str(error).split()) or type(error).__name__
