"""An answer that comes later, so that no thread waits for the commit of a report.

Threads that wait take the interpreter's lock from each other: at 64 connections that cost more than
all else of a report. So the app begins to answer, the writer tells when the report is durable, and
the thread that reads reports gives the answer between two of them.
"""

from collections.abc import Callable

from exporter.store import Pending, Recorded, StoreUnavailableError

DEFERRED = "duplistatus.deferred"
"""The key of a request's environment with its `Deferred`; only where its answer may come later."""

FAILED = "duplistatus.failed"
"""The key with the error of the store, for a request whose report was submitted in vain."""

Submit = Callable[[Callable[[Pending], None]], Pending]


class Deferred:
    """What becomes of a request that the app began to answer.

    If it does neither of what follows, what the app answered is the answer. `begins_again` says
    that a thread that may wait has to answer the request from its beginning.
    """

    def __init__(self, decided: Callable[[], None]) -> None:
        """Call `decided` once it is known what became of the report."""
        self._decided = decided
        self._pending: Pending | None = None
        self._finish: Callable[[Recorded], bytes] = _nothing
        self.begins_again = False

    def wait_for(self, submit: Submit, finish: Callable[[Recorded], bytes]) -> None:
        """Submit a report; `finish` returns the body of the answer once it is recorded."""
        self._finish = finish
        self._pending = submit(lambda _: self._decided())

    @property
    def is_pending(self) -> bool:
        """Whether a report was submitted."""
        return self._pending is not None

    def expire(self, present: float) -> None:
        """Let it fail if the store took too long by now, by `time.monotonic`."""
        if self._pending is not None:
            self._pending.expire(present)

    def body(self) -> bytes:
        """Return the body of the answer, or raise why the report was not recorded."""
        if self._pending is None:
            raise StoreUnavailableError("no report was submitted")
        return self._finish(self._pending.result())


def _nothing(_: Recorded) -> bytes:
    return b""
