"""gzip for expositions: what did not change since the last scrape is not compressed again.

One gzip member of independent blocks: those of the fleet, cached while their text is the same,
and that of the daemon's own counters, which always changes. A full flush ends a block at a whole
byte, so that any other can follow it.
"""

import struct
import threading
from collections.abc import Sequence
from itertools import chain, repeat
from typing import NamedTuple

from exporter.compression import deflate

LEVEL = 1
"""Four times as fast as level 3, for a twelfth more bytes: docs/performance.md."""

_PARTS = 16
"""In a block: those of ten thousand jobs are then compressed some 50 KB at a time. Deflate looks
back over 32 KB, so longer blocks compress little better, and a change costs its whole block. A
number of parts and not of bytes, for one part that grows must not move the limits of all others."""

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""RFC 1952: deflate, no name, no time, fastest, any system."""

_WINDOW_BITS = -15
"""Deflate without zlib's own frame."""

_Parts = tuple[bytes, ...]


class _Packed(NamedTuple):
    """Parts compressed: a block for each group, their checksum and their size."""

    parts: Sequence[bytes] = ()
    groups: Sequence[_Parts] = ()
    packed: Sequence[bytes] = ()
    checksum: int = 0
    size: int = 0

    def with_parts(self, parts: Sequence[bytes]) -> "_Packed":
        """Return other parts compressed, reusing the blocks of those that are the same."""
        groups = [tuple(parts[at : at + _PARTS]) for at in range(0, len(parts), _PARTS)]
        known = zip(self.groups, self.packed, strict=True)
        packed = [
            block if group == before else _deflated(group, deflate.Z_FULL_FLUSH)
            for group, (before, block) in zip(groups, chain(known, repeat(((), b""))), strict=False)
        ]
        size = sum(map(len, parts))
        return _Packed(list(parts), groups, packed, _checksum(parts), size)


class IncrementalGzip:
    """Compresses similar expositions. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept = _Packed()

    def pack(self, parts: Sequence[bytes], last: bytes) -> list[bytes]:
        """Return the parts and the last one as the parts of one gzip file."""
        with self._lock:
            # Parts that did not change are the same objects, so this compares little text.
            if parts != self._kept.parts:
                self._kept = self._kept.with_parts(parts)
            kept = self._kept
        end = _deflated((last,), deflate.Z_FINISH)
        checksum, size = deflate.crc32(last, kept.checksum), kept.size + len(last)
        return [_HEADER, *kept.packed, end, struct.pack("<II", checksum, size % 2**32)]


def _deflated(parts: _Parts, end: int) -> bytes:
    packer = deflate.compressobj(LEVEL, deflate.DEFLATED, _WINDOW_BITS)
    return b"".join([*map(packer.compress, parts), packer.flush(end)])


def _checksum(parts: Sequence[bytes]) -> int:
    checksum = 0
    for part in parts:
        checksum = deflate.crc32(part, checksum)
    return checksum
