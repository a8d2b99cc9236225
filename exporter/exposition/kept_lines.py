"""The lines of a family: as text what changed last, the rest of a large fleet compressed only.

A text takes thirteen times the memory of what a scrape sends of it. A piece whose lines change is
decompressed first, in a twentieth of a millisecond.
"""

import struct
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from exporter.exposition.packing import BLOCKS, Packed, PackedLines, unpacked

BLOCK_SIZE = 32
"""Ids of a block. With larger ones a changed line costs more, for its block is rebuilt;
with smaller ones a whole exposition has more parts to send."""

PIECES_AS_TEXT = 2560
"""Of some 28 KB each: with ten thousand jobs all have their text, which is the fastest."""

_TWO_LIMITS = struct.Struct("=II")
_LIMIT_BYTES = array("I").itemsize


class _LineBlock(Struct, gc=False):
    """The lines of neighbouring ids as one text, in the order of the ids.

    There are ten thousands of them, which the garbage collector need not look at.
    """

    text: bytes = b""
    limits: bytes = bytes((BLOCK_SIZE + 1) * _LIMIT_BYTES)
    """Where in the text the lines of each slot begin, and those of the one before it end."""

    def lines(self, slot: int) -> bytes:
        """Return the lines of an id."""
        start, end = self._limits(slot)
        return self.text[start:end]

    def put(self, slot: int, lines: bytes) -> bool:
        """Replace the lines of an id; return whether they changed."""
        start, end = self._limits(slot)
        if self.text[start:end] == lines:
            return False
        self.text = b"".join((self.text[:start], lines, self.text[end:]))
        self._lengthen(slot, len(lines) - (end - start))
        return True

    @property
    def size(self) -> int:
        """The length of the text, also while it is not here."""
        return self._limits(BLOCK_SIZE - 1)[1]

    def _limits(self, slot: int) -> tuple[int, int]:
        return _TWO_LIMITS.unpack_from(self.limits, slot * _LIMIT_BYTES)

    def _lengthen(self, slot: int, longer: int) -> None:
        if longer:
            limits = array("I", self.limits)
            for later in range(slot + 1, BLOCK_SIZE + 1):
                limits[later] += longer
            self.limits = limits.tobytes()


class KeptTexts:
    """The pieces whose text is kept, those that changed last; the families share it."""

    def __init__(self, most: int = PIECES_AS_TEXT) -> None:
        self._most = most
        self._pieces: OrderedDict[tuple[KeptLines, int], None] = OrderedDict()

    def use(self, lines: "KeptLines", piece: int) -> None:
        """Keep the text of a piece, and give up that of the one whose last use is the oldest."""
        self._pieces[lines, piece] = None
        self._pieces.move_to_end((lines, piece))
        if len(self._pieces) > self._most:
            (others, oldest), _none = self._pieces.popitem(last=False)
            others.give_up_text(oldest)


class KeptLines:
    """The lines of a family, in blocks. A block that did not change is the same object."""

    def __init__(self, texts: KeptTexts) -> None:
        self._kept = texts
        self._blocks: dict[int, _LineBlock] = {}
        self._texts: list[bytes] | None = None
        self._packed = PackedLines()
        self._without_text: set[int] = set()

    def replace(self, entry_id: int, lines: bytes) -> None:
        """Write the lines of an id in the place of those before."""
        number, slot = divmod(entry_id, BLOCK_SIZE)
        block = self._with_text(number)
        if block is None:
            if not lines:
                return
            block = _LineBlock()
        if block.put(slot, lines):
            self._texts = None
            self._packed.note(number)
            self._blocks[number] = block
            if not block.text:
                del self._blocks[number]
            self._kept.use(self, number // BLOCKS)

    @property
    def is_text(self) -> bool:
        """Whether all lines are kept as text."""
        return not self._without_text

    def blocks(self) -> list[bytes]:
        """Return all lines, in the order of the ids."""
        if not self.is_text:
            return list(self._all_texts())
        if self._texts is None:
            self._texts = self.texts(sorted(self._blocks))
        return self._texts

    def texts(self, numbers: Iterable[int]) -> list[bytes]:
        """Return the blocks of some numbers that have a text, without those that are empty."""
        return [self._blocks[number].text for number in numbers if number in self._blocks]

    @property
    def unpacked(self) -> bool:
        """Whether lines changed since they were compressed. Any thread may ask."""
        return self._packed.is_old

    def packed(self) -> Packed:
        """Return all lines compressed, in the order of the ids; the same if none changed."""
        return self._packed.packed(self)

    def lines_of(self, entry_ids: Iterable[int]) -> bytes:
        """Return the lines of some ids."""
        return b"".join(self._lines(entry_id) for entry_id in entry_ids)

    def give_up_text(self, piece: int) -> None:
        """Keep a piece compressed only."""
        blocks = self._blocks_of(piece)
        if blocks:
            self._packed.pack(piece, self)
            self._without_text.add(piece)
            self._texts = None
        for block in blocks:
            block.text = b""

    def _lines(self, entry_id: int) -> bytes:
        number, slot = divmod(entry_id, BLOCK_SIZE)
        block = self._with_text(number)
        return block.lines(slot) if block else b""

    def _with_text(self, number: int) -> _LineBlock | None:
        piece = number // BLOCKS
        if piece in self._without_text:
            self._without_text.discard(piece)
            for block, text in self._parted(piece):
                block.text = text
            self._kept.use(self, piece)
        return self._blocks.get(number)

    def _all_texts(self) -> Iterator[bytes]:
        """Yield all lines; what is compressed only stays so."""
        for piece in sorted({number // BLOCKS for number in self._blocks}):
            if piece in self._without_text:
                yield from (text for _block, text in self._parted(piece))
            else:
                yield from (block.text for block in self._blocks_of(piece))

    def _blocks_of(self, piece: int) -> list[_LineBlock]:
        numbers = range(piece * BLOCKS, (piece + 1) * BLOCKS)
        return [self._blocks[number] for number in numbers if number in self._blocks]

    def _parted(self, piece: int) -> Iterator[tuple[_LineBlock, bytes]]:
        text, at = unpacked(self._packed.piece(piece)), 0
        for block in self._blocks_of(piece):
            yield block, text[at : at + block.size]
            at += block.size
