"""gzip for expositions: what did not change since the last scrape is not packed again.

One gzip member of blocks that each begin anew: those of the fleet, kept while their text is the
same object, and that of the daemon's own counters, which always change. A full flush ends a block
at a whole byte, so that any other can follow it.
"""

import struct
import threading
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from exporter.deflate import deflate

LEVEL = 1
"""Six times as fast as level 3, for a twelfth more bytes: docs/performance.md."""

_BLOCK_BYTES = 32 * 1024
"""Deflate looks back no further than this, so that longer blocks pack little better."""

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""RFC 1952: deflate, no name, no time, fastest, any system."""

_WINDOW_BITS = -15
"""Deflate without zlib's own frame."""

_Parts = tuple[bytes, ...]


class _Block(NamedTuple):
    parts: _Parts
    packed: bytes


class Packer:
    """Packs expositions that are alike. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: dict[tuple[int, ...], _Block] = {}
        self._keys: list[tuple[int, ...]] = []
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
        known, groups = self._blocks, list(_groups(parts))
        # By identity: to compare or hash forty megabytes takes as long as to pack them.
        keys = [tuple(map(id, group)) for group in groups]
        if keys != self._keys:
            self._keys = keys
            self._blocks = {
                key: known.get(key) or _Block(group, _deflated(group, deflate.Z_FULL_FLUSH))
                for key, group in zip(keys, groups, strict=True)
            }
            self._checksum = _checksum(parts)
        return [self._blocks[key].packed for key in keys], self._checksum


def _groups(parts: Sequence[bytes]) -> Iterator[_Parts]:
    """Put parts together until they are worth a block."""
    group: list[bytes] = []
    size = 0
    for part in parts:
        group.append(part)
        size += len(part)
        if size >= _BLOCK_BYTES:
            yield tuple(group)
            group, size = [], 0
    if group:
        yield tuple(group)


def _deflated(parts: _Parts, end: int) -> bytes:
    packer = deflate.compressobj(LEVEL, deflate.DEFLATED, _WINDOW_BITS)
    return b"".join([*map(packer.compress, parts), packer.flush(end)])


def _checksum(parts: Sequence[bytes]) -> int:
    checksum = 0
    for part in parts:
        checksum = deflate.crc32(part, checksum)
    return checksum
