"""Many parts read as one file.

waitress sends a file as its reader takes it, without a copy. Anything else it copies
into buffers of its own for each connection: a slow reader then holds the whole exposition, or
the thread that answers.
"""

import bisect
import io
import itertools
from collections.abc import Sequence

_MAX_BYTES = 256 * 1024
"""Read at once; what a socket does not take is read again."""


class ConcatenatedFile:
    """Reads parts one after the other. They are shared and never change."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._parts = [part for part in parts if part]
        self._ends = list(itertools.accumulate(map(len, self._parts)))
        self._at = 0

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def read(self, size: int | None = None, /) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        most = _MAX_BYTES if size is None or size < 0 else min(size, _MAX_BYTES)
        end = min(len(self), self._at + most)
        first = bisect.bisect_right(self._ends, self._at)
        pieces = []
        while self._at < end:
            start = self._ends[first] - len(self._parts[first])
            pieces.append(self._parts[first][self._at - start : end - start])
            self._at += len(pieces[-1])
            first += 1
        return b"".join(pieces)

    def seekable(self) -> bool:
        """Return that `seek` works."""
        return True

    def tell(self) -> int:
        """Return the position, in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position: from the start, from here, or from the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self)}[whence]
        self._at = base + offset
        return self._at

    def close(self) -> None:
        """Release the parts."""
        self._parts, self._ends = [], []
