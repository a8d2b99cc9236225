"""The bodies of requests while they arrive and are worked on: in memory, all within one bound."""

import threading
from io import BytesIO

SMALL_BYTES = 64 * 1024
"""A body up to here also finds the room that large ones leave: nearly all reports are smaller."""

_LEFT_BY_LARGE = 8
"""Large bodies leave this part of the memory to small ones."""


class Budget:
    """Says whether there is room for more of a body. Any thread may call any method."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._used = 0
        self._lock = threading.Lock()

    @property
    def used(self) -> int:
        """Bytes of all bodies."""
        return self._used

    def has_room(self, size: int) -> bool:
        """Tell whether a body of a size would find room now. It is not kept for it.

        Only what has come takes room: a stranger announces as much as he likes.
        """
        return self._used + size <= self._bound(size)

    def take(self, count: int, size: int) -> bool:
        """Take room for more bytes of a body, which is of a size with them; False without room."""
        with self._lock:
            fits = self._used + count <= self._bound(size)
            if fits:
                self._used += count
            return fits

    def give_back(self, count: int) -> None:
        """Give back room that was taken."""
        with self._lock:
            self._used -= count

    def _bound(self, size: int) -> int:
        large = size > SMALL_BYTES
        return self._most - self._most // _LEFT_BY_LARGE if large else self._most


class Body:
    """What has come of a body."""

    def __init__(self, budget: Budget) -> None:
        self.found_no_room = False
        self._budget = budget
        self._file = BytesIO()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, data: bytes) -> None:
        """Add a part; where there is no room for it nothing of the body is kept."""
        size = self._size + len(data)
        if self.found_no_room or not self._budget.take(len(data), size):
            self.found_no_room = True
            self.close()
            return
        self._size = size
        self._file.write(data)

    def getfile(self) -> BytesIO:
        """Return it from its beginning. Who reads all of it gets it without a copy."""
        self._file.getvalue()  # lets go of what was allocated in advance
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Give its memory back."""
        size, self._size = self._size, 0
        self._budget.give_back(size)
        self._file = BytesIO()
