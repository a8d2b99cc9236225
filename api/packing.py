"""gzip for expositions: what did not change since the last scrape is not packed again.

One gzip member of blocks that each begin anew: those of the fleet, kept while their text is the
same, and that of the daemon's own counters, which always changes. A full flush ends a block
at a whole byte, so that any other can follow it.
"""

import struct
import threading
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from exporter.deflate import deflate

LEVEL = 1
"""Six times as fast as level 3, for a twelfth more bytes: docs/performance.md."""

_PARTS = 4
"""In a block: pages of ten thousand jobs are then packed some 50 KB at a time. Deflate looks back
over 32 KB, so longer blocks pack little better, and what changes is packed with its whole block.
Counted and not measured, for one part that grows must not move the bounds of all others."""

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""RFC 1952: deflate, no name, no time, fastest, any system."""

_WINDOW_BITS = -15
"""Deflate without zlib's own frame."""

_Parts = tuple[bytes, ...]


class _Block(NamedTuple):
    parts: _Parts
    packed: bytes

    @classmethod
    def of(cls, parts: _Parts) -> "_Block":
        return cls(parts, _deflated(parts, deflate.Z_FULL_FLUSH))


class Packer:
    """Packs expositions that are alike. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: Sequence[bytes] = ()
        self._blocks: list[_Block] = []
        self._checksum = 0

    def pack(self, parts: Sequence[bytes], last: bytes) -> list[bytes]:
        """Return the parts and the last one as the parts of one gzip file."""
        with self._lock:
            blocks, checksum = self._packed(parts)
        end = _deflated((last,), deflate.Z_FINISH)
        size = sum(map(len, parts)) + len(last)
        trailer = struct.pack("<II", deflate.crc32(last, checksum), size % 2**32)
        return [_HEADER, *blocks, end, trailer]

    def _packed(self, parts: Sequence[bytes]) -> tuple[list[bytes], int]:
        """Return the parts packed, and their checksum."""
        # Parts that did not change are the same objects, so this compares little text.
        if parts != self._parts:
            groups = [tuple(parts[at : at + _PARTS]) for at in range(0, len(parts), _PARTS)]
            blocks = zip_longest(groups, self._blocks[: len(groups)])
            self._blocks = [
                block if block and block.parts == group else _Block.of(group)
                for group, block in blocks
            ]
            self._parts, self._checksum = list(parts), _checksum(parts)
        return [block.packed for block in self._blocks], self._checksum


def _deflated(parts: _Parts, end: int) -> bytes:
    packer = deflate.compressobj(LEVEL, deflate.DEFLATED, _WINDOW_BITS)
    return b"".join([*map(packer.compress, parts), packer.flush(end)])


def _checksum(parts: Sequence[bytes]) -> int:
    checksum = 0
    for part in parts:
        checksum = deflate.crc32(part, checksum)
    return checksum
