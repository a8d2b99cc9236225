"""A body that comes in chunks: joined, and refused where its framing grows without end."""

from typing import IO, Protocol

from waitress.rfc7230 import CHUNK_EXT_RE, ONLY_HEXDIG_RE
from waitress.utilities import BadRequest, Error

MAX_FRAMING = 4096
"""Bytes of a chunk's size with its extensions, and of all trailers together. Those that are usual
have some dozens; waitress searched a longer line from its beginning with each piece that came."""

_END = b"\r\n"


class Buffer(Protocol):
    """Where a body is kept."""

    def append(self, data: bytes) -> None:
        """Add a part of it."""

    def getfile(self) -> IO[bytes]:
        """Return it to be read."""

    def __len__(self) -> int:
        """Return the bytes that are kept."""


class Chunks:
    """Receives chunks, instead of waitress's receiver (RFC 9112, 7.1).

    Extensions and trailers are checked and dropped.
    """

    def __init__(self, kept: Buffer) -> None:
        self.completed = False
        self.error: Error | None = None
        self._kept = kept
        self._take = self._take_size
        self._held = b""
        """The beginning of a line whose end has not come."""
        self._left = 0
        """Bytes of the chunk that have not come."""
        self._trailers = 0

    def __len__(self) -> int:
        return len(self._kept)

    def received(self, data: bytes) -> int:
        """Process a piece, and return how much of it belongs to the body."""
        at = 0
        while at < len(data) and not self.completed and self.error is None:
            at = self._take(data, at)
        return at

    def getbuf(self) -> Buffer:
        """Return where the body is kept, as waitress asks for it."""
        return self._kept

    def getfile(self) -> IO[bytes]:
        """Return the body to be read."""
        return self._kept.getfile()

    def _take_size(self, data: bytes, at: int) -> int:
        line, at = self._line(data, at)
        if line is not None:
            self._left = self._size(line)
            self._take = self._take_chunk if self._left else self._take_trailer
        return at

    def _size(self, line: bytes) -> int:
        digits, semicolon, extensions = line.partition(b";")
        if not CHUNK_EXT_RE.match(semicolon + extensions):
            self.error = BadRequest("Invalid chunk extension")
        elif not ONLY_HEXDIG_RE.match(digits):
            self.error = BadRequest("Invalid chunk size")
        return int(digits, 16) if self.error is None else 0

    def _take_chunk(self, data: bytes, at: int) -> int:
        part = data[at : at + self._left]
        self._kept.append(part)
        self._left -= len(part)
        if not self._left:
            self._take = self._take_end
        return at + len(part)

    def _take_end(self, data: bytes, at: int) -> int:
        taken = data[at : at + len(_END) - len(self._held)]
        self._held += taken
        if not _END.startswith(self._held):
            self.error = BadRequest("Chunk not properly terminated")
        elif self._held == _END:
            self._held = b""
            self._take = self._take_size
        return at + len(taken)

    def _take_trailer(self, data: bytes, at: int) -> int:
        line, at = self._line(data, at)
        if line is not None:
            self._trailers += len(line) + len(_END)
            self.completed = not line
        if self._trailers > MAX_FRAMING:
            self.error = BadRequest(f"The trailers exceed {MAX_FRAMING} bytes")
        return at

    def _line(self, data: bytes, at: int) -> tuple[bytes | None, int]:
        """Return a line that has ended, else None, and up to where the piece was processed."""
        before = len(self._held)
        seen = self._held + data[at : at + MAX_FRAMING + len(_END) - before]
        end = seen.find(_END)
        if end >= 0:
            self._held = b""
            return seen[:end], at + end + len(_END) - before
        if len(seen) >= MAX_FRAMING + len(_END):
            self.error = BadRequest(f"A line between chunks exceeds {MAX_FRAMING} bytes")
        self._held = seen
        return None, at + len(seen) - before
