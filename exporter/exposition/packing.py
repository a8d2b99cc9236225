"""gzip for expositions: what did not change since the last scrape is not compressed again.

One gzip member of independent pieces. A full flush ends a piece at a whole byte, so that any other
can follow it. The checksum of the whole follows from those of the pieces.
"""

import struct
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

from exporter.compression import deflate
from exporter.exposition.checksum import combined

LEVEL = 1
"""Four times as fast as level 3, for a twelfth more bytes: docs/performance.md."""

BLOCKS = 8
"""In a piece: the lines of a family of 256 ids, some 28 KB. Deflate looks back over 32 KB, so
longer pieces compress little better, and a changed line costs its whole piece."""

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""RFC 1952: deflate, no name, no time, fastest, any system."""

_WINDOW_BITS = -15
"""Deflate without zlib's own frame."""


class Packed(NamedTuple):
    """A text, compressed in pieces, with the checksum and the size of the text."""

    pieces: Sequence[bytes] = ()
    checksum: int = 0
    size: int = 0


class Lines(Protocol):
    """The lines of a family, in blocks."""

    def texts(self, numbers: Iterable[int]) -> Sequence[bytes]:
        """Return the blocks of some numbers, without those that are empty."""
        ...


def pack(texts: Iterable[bytes]) -> Packed:
    """Return texts as one piece."""
    known = list(texts)
    text = b"".join(known)
    return Packed((_deflated(text, deflate.Z_FULL_FLUSH),), _checksum(known), len(text))


def joined(parts: Iterable[Packed]) -> Packed:
    """Return parts one after the other."""
    known, checksum, size = list(parts), 0, 0
    for part in known:
        checksum = combined(checksum, part.checksum, part.size)
        size += part.size
    return Packed(list(chain.from_iterable(part.pieces for part in known)), checksum, size)


def gzipped(packed: Packed, last: bytes) -> list[bytes]:
    """Return what was packed, and a last text, as the parts of one gzip file."""
    end = _deflated(last, deflate.Z_FINISH)
    checksum, size = combined(packed.checksum, deflate.crc32(last), len(last)), packed.size
    trailer = struct.pack("<II", checksum, (size + len(last)) % 2**32)
    return [_HEADER, *packed.pieces, end, trailer]


def unpacked(packed: Packed) -> bytes:
    """Return the text of what was packed."""
    return deflate.decompressobj(_WINDOW_BITS).decompress(b"".join(packed.pieces))


class PackedLines:
    """The lines of a family, compressed again only where they changed. Needs one caller a time."""

    def __init__(self) -> None:
        self._pieces: dict[int, Packed] = {}
        self._changed: set[int] = set()
        self._joined = Packed()
        self._is_joined = True

    @property
    def is_old(self) -> bool:
        """Whether lines changed since they were compressed."""
        return not self._is_joined

    def note(self, block: int) -> None:
        """Note that a block changed."""
        self._changed.add(block // BLOCKS)
        self._is_joined = False

    def piece(self, number: int) -> Packed:
        """Return a piece that was compressed and did not change since."""
        return self._pieces[number]

    def pack(self, number: int, lines: Lines) -> None:
        """Compress a piece where it changed."""
        if number in self._changed:
            self._pieces[number] = _packed(number, lines)
            self._changed.discard(number)

    def packed(self, lines: Lines) -> Packed:
        """Return the lines; the same object if none changed."""
        if not self._is_joined:
            for number in tuple(self._changed):
                self.pack(number, lines)
            present = sorted(number for number, piece in self._pieces.items() if piece.size)
            self._pieces = {number: self._pieces[number] for number in present}
            self._joined = joined(self._pieces.values())
            self._is_joined = True
        return self._joined


def _packed(number: int, lines: Lines) -> Packed:
    return pack(lines.texts(range(number * BLOCKS, (number + 1) * BLOCKS)))


class PackedExposition:
    """A whole exposition, joined again only when one of its families changed."""

    def __init__(self, headers: Iterable[bytes]) -> None:
        self._headers = [pack([header]) for header in headers]
        self._families: Sequence[Packed] = ()
        self._joined = Packed()

    def packed(self, families: Sequence[Packed]) -> Packed:
        """Return each family's header and lines, in the order of the headers."""
        same = len(families) == len(self._families) and all(map(_is, families, self._families))
        if not same:
            pairs = zip(self._headers, families, strict=True)
            self._joined = joined(chain.from_iterable(pairs))
            self._families = list(families)
        return self._joined


def _is(one: object, other: object) -> bool:
    return one is other


def _checksum(texts: Iterable[bytes]) -> int:
    """Return the checksum of texts one after the other.

    A checksum of less than 5 KB, as a block is, keeps the interpreter's lock; to get it back from
    uploads would take longer than the checksum.
    """
    checksum = 0
    for text in texts:
        checksum = deflate.crc32(text, checksum)
    return checksum


def _deflated(text: bytes, end: int) -> bytes:
    packer = deflate.compressobj(LEVEL, deflate.DEFLATED, _WINDOW_BITS)
    return packer.compress(text) + packer.flush(end)
