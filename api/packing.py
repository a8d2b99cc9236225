"""gzip for expositions: what did not change since the last scrape is not packed again.

One gzip member of two runs of blocks: those of the fleet, kept while it is unchanged, and those of
the daemon's own counters, which always change. A full flush ends the first at a whole byte, so
that the second can be joined to it.
"""

import struct
import threading
import zlib
from collections.abc import Sequence
from typing import NamedTuple

LEVEL = 1
"""Of zlib's levels the one that a scrape of ten thousand jobs can wait for; 6 takes thrice as long
for a tenth fewer bytes."""

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""RFC 1952: deflate, no name, no time, fastest, any system."""

_WINDOW_BITS = -15
"""Deflate without zlib's own frame."""


class _Packed(NamedTuple):
    parts: Sequence[bytes]
    blocks: tuple[bytes, ...]
    checksum: int
    size: int


class Packer:
    """Packs expositions that begin alike. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept = _Packed((), (), 0, 0)

    def pack(self, parts: Sequence[bytes], last: bytes) -> list[bytes]:
        """Return the parts and the last one as the parts of one gzip file."""
        with self._lock:
            # Parts that did not change are the same objects, so this compares no text.
            if self._kept.parts != parts:
                self._kept = _packed(parts)
            kept = self._kept
        checksum, size = zlib.crc32(last, kept.checksum), kept.size + len(last)
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _WINDOW_BITS)
        end = packer.compress(last) + packer.flush()
        return [_HEADER, *kept.blocks, end, struct.pack("<II", checksum, size % 2**32)]


def _packed(parts: Sequence[bytes]) -> _Packed:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _WINDOW_BITS)
    checksum = 0
    blocks = []
    for part in parts:
        checksum = zlib.crc32(part, checksum)
        blocks.append(packer.compress(part))
    blocks.append(packer.flush(zlib.Z_FULL_FLUSH))
    filled = tuple(block for block in blocks if block)
    return _Packed(parts, filled, checksum, sum(map(len, parts)))
