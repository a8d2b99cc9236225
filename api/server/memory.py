"""The bodies of requests while they arrive and are processed: in memory, all within one limit."""

import threading
from io import BytesIO

SMALL_BYTES = 64 * 1024
"""A body up to here may use the room reserved from large ones: nearly all reports are smaller."""

_LEFT_BY_LARGE = 8
"""The part of the memory that is reserved for small bodies: one in so many."""


class Budget:
    """The memory for bodies. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._used = 0
        self._lock = threading.Lock()

    @property
    def used(self) -> int:
        """Bytes of all bodies."""
        return self._used

    def has_room(self, size: int) -> bool:
        """Return whether a body of a size would fit now. The room is not reserved.

        Only what has arrived counts: a stranger may announce any size.
        """
        return self._used + size <= self._bound(size)

    def take(self, count: int, size: int) -> bool:
        """Reserve more bytes for a body, which then has a size; False if they do not fit."""
        with self._lock:
            fits = self._used + count <= self._bound(size)
            if fits:
                self._used += count
            return fits

    def give_back(self, count: int) -> None:
        """Release bytes that were reserved."""
        with self._lock:
            self._used -= count

    def _bound(self, size: int) -> int:
        large = size > SMALL_BYTES
        return self._most - self._most // _LEFT_BY_LARGE if large else self._most


class Body:
    """The part of a body that has arrived."""

    def __init__(self, budget: Budget) -> None:
        self.found_no_room = False
        self._budget = budget
        self._file = BytesIO()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, data: bytes) -> None:
        """Add a part; if it does not fit, nothing of the body is kept."""
        size = self._size + len(data)
        if self.found_no_room or not self._budget.take(len(data), size):
            self.found_no_room = True
            self.close()
            return
        self._size = size
        self._file.write(data)

    def getfile(self) -> BytesIO:
        """Return it from its beginning. Reading all of it makes no copy."""
        self._file.getvalue()  # releases what was allocated in advance
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Release its memory."""
        size, self._size = self._size, 0
        self._budget.give_back(size)
        self._file = BytesIO()
