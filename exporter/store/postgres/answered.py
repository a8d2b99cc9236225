"""The reports that were answered recently, to be recorded again if the database lost them.

Without synchronous replication a standby that is promoted lacks the last commits.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence

from exporter.store.rules.prepared_report import PreparedReport

KEPT_SECONDS = 60.0
_MAX_REPORTS = 5_000
_MAX_BYTES = 64 * 1024 * 1024
_SMALL = 2048
"""About the size of a report without its log and its numbers."""


class Answered:
    """The reports of the last minute, within limits. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[tuple[float, int, PreparedReport]] = deque()
        self._bytes = 0

    def add(self, prepared: PreparedReport) -> None:
        """Keep a report that is about to be answered."""
        size = _SMALL + len(prepared.log or b"") + len(prepared.counted)
        with self._lock:
            self._kept.append((time.monotonic(), size, prepared))
            self._bytes += size
            while self._is_too_much():
                self._bytes -= self._kept.popleft()[1]

    def all(self) -> Sequence[PreparedReport]:
        """Return what is kept, the oldest first."""
        with self._lock:
            return [prepared for _, _, prepared in self._kept]

    def _is_too_much(self) -> bool:
        if not self._kept:
            return False
        is_old = time.monotonic() - self._kept[0][0] > KEPT_SECONDS
        return is_old or len(self._kept) > _MAX_REPORTS or self._bytes > _MAX_BYTES
