"""A write that is tried in a thread of its own, so that nobody who asks waits long for it.

While another program has the database for itself, a write waits for seconds. Who asks whether a
report can be stored is answered by then with what the last write told: a report that comes would
wait, too, and be stored.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from exporter.store.errors import StoreUnavailableError

WAIT_SECONDS = 1.0
"""How long who asks waits."""


class Probing:
    """Tries a write when somebody asks; those who ask meanwhile ask for the same one."""

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="probe")
        self._lock = threading.Lock()
        self._running: Future[None] | None = None
        self._told: str | None = None

    def check(self) -> None:
        """Try a write, or tell what became of the last where it takes long.

        Raises:
            StoreUnavailableError: it did not reach the disk.
        """
        try:
            self._begun().result(WAIT_SECONDS)
        except TimeoutError:
            if self._told is not None:
                raise StoreUnavailableError(self._told) from None

    def close(self) -> None:
        """Let the last try come to its end."""
        self._pool.shutdown()

    def _begun(self) -> Future[None]:
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
            self._told = str(error)
            raise
        self._told = None
