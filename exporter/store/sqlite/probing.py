"""A write that is tried in its own thread, so that callers do not wait long for it.

While another program has locked the database, a write waits for seconds. A caller that asks whether
a report can be stored then gets the result of the last write: a report that comes would wait, too,
and be stored.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from exporter.store.errors import StoreUnavailableError

WAIT_SECONDS = 1.0
"""How long a caller waits."""


class Probing:
    """Tries a write when it is called; callers at the same time share one."""

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="probe")
        self._lock = threading.Lock()
        self._running: Future[None] | None = None
        self._failure: str | None = None

    def check(self) -> None:
        """Try a write; if it takes long, use the result of the last one.

        Raises:
            StoreUnavailableError: it did not reach the disk.
        """
        try:
            self._started().result(WAIT_SECONDS)
        except TimeoutError:
            if self._failure is not None:
                raise StoreUnavailableError(self._failure) from None

    def close(self) -> None:
        """Wait until the last try has ended."""
        self._pool.shutdown()

    def _started(self) -> Future[None]:
        with self._lock:
            if self._running is None or self._running.done():
                self._running = self._submitted()
            return self._running

    def _submitted(self) -> Future[None]:
        try:
            return self._pool.submit(self._try)
        except RuntimeError:
            raise StoreUnavailableError("the database is being closed") from None

    def _try(self) -> None:
        try:
            self._write()
        except StoreUnavailableError as error:
            self._failure = str(error)
            raise
        self._failure = None
