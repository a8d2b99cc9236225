"""A check that the write-ahead log of a killed daemon still holds all that was committed.

SQLite accepts a log that was cut short as one that ends there: what was committed after the cut
would be lost without a message. The index beside the log, which the daemon leaves too, has the
number of frames: https://sqlite.org/walformat.html, "WAL Index File Format".
"""

import struct
from pathlib import Path
from typing import NamedTuple, Self

from exporter.store.errors import StoreError

_LOG_HEADER = 32
_FRAME_HEADER = 24
_SALT_OF_LOG = slice(16, 24)
_PAGE_AND_FRAMES = struct.Struct("=12xB x H I")
_SALT_OF_INDEX = slice(32, 40)
_BACKFILLED = struct.Struct("=96x I")
_MAX_PAGE_SIZE = 65536
"""Does not fit into its two bytes and is stored as 1."""


_ADVICE = (
    "put it back, or move all three files of the database away and restore a copy that"
    " `duplistatus backup-database` made"
)


class _Index(NamedTuple):
    """What an index says about its log; `backfilled` frames are in the database too."""

    page: int
    frames: int
    backfilled: int
    salt: bytes

    @classmethod
    def from_file(cls, path: Path) -> Self | None:
        """Return an index; None if there is none that is initialized."""
        raw = _first_bytes(path)
        if len(raw) < _BACKFILLED.size:
            return None
        initialized, page, frames = _PAGE_AND_FRAMES.unpack_from(raw)
        (backfilled,) = _BACKFILLED.unpack_from(raw)
        size = _MAX_PAGE_SIZE if page == 1 else page
        return cls(size, frames, backfilled, raw[_SALT_OF_INDEX]) if initialized else None

    @property
    def size(self) -> int:
        """The size that the log must have."""
        return _LOG_HEADER + self.frames * (_FRAME_HEADER + self.page)


def check(database: Path) -> None:
    """Check that nothing that was committed is missing from a log.

    Raises:
        StoreError: the log was cut short, or its database is gone.
    """
    log = database.with_name(f"{database.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size and not database.exists():
        raise StoreError(f"{database} is gone, though its {log.name} is here: {_ADVICE}")
    index = _Index.from_file(database.with_name(f"{database.name}-shm"))
    if index is None or index.frames <= index.backfilled or size >= index.size:
        return
    salt = _first_bytes(log)[_SALT_OF_LOG]
    if not salt or salt == index.salt:
        raise StoreError(f"{log} was cut short, and reports with it: {_ADVICE}")


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_BACKFILLED.size)
    except FileNotFoundError:
        return b""
