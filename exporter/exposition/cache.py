"""Cached rendered lines of a family, for each server or job."""

import contextlib
import logging
import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from exporter.exposition.families import Family, Sample
from exporter.exposition.packing import Packed, PackedLines
from exporter.exposition.text_format import FamilyEncoder
from exporter.logs import log_fields

_log = logging.getLogger(__name__)

Subject = TypeVar("Subject")

BLOCK_SIZE = 32
"""Ids of a block. With larger ones a changed line costs more, for its block is rebuilt;
with smaller ones a whole exposition has more parts to send."""


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

    def _limits(self, slot: int) -> tuple[int, int]:
        return _TWO_LIMITS.unpack_from(self.limits, slot * _LIMIT_BYTES)

    def _lengthen(self, slot: int, longer: int) -> None:
        if longer:
            limits = array("I", self.limits)
            for later in range(slot + 1, BLOCK_SIZE + 1):
                limits[later] += longer
            self.limits = limits.tobytes()


class RenderedFamily(Generic[Subject]):
    """The lines of a family, in blocks. A block that did not change is the same object."""

    def __init__(self, family: Family[Subject]) -> None:
        self._encoder = FamilyEncoder(family)
        self._blocks: dict[int, _LineBlock] = {}
        self._texts: list[bytes] | None = None
        self._packed = PackedLines()
        self.name = family.name
        self.header = self._encoder.header()
        self.openmetrics_header = self._encoder.openmetrics_header()

    def put(self, entry_id: int, subject: Subject) -> None:
        """Render the lines of a new or changed subject."""
        self._put(entry_id, self._encoder.lines(subject))

    def put_samples(self, entry_id: int, samples: Iterable[Sample]) -> None:
        """Write the samples of a subject in the place of those before."""
        self._put(entry_id, self._encoder.encoded(samples))

    def remove(self, entry_id: int) -> None:
        """Remove the lines of a subject."""
        self._put(entry_id, b"")

    def _put(self, entry_id: int, lines: bytes) -> None:
        number, slot = divmod(entry_id, BLOCK_SIZE)
        block = self._blocks.get(number)
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

    def blocks(self) -> list[bytes]:
        """Return all lines, in the order of the ids."""
        if self._texts is None:
            self._texts = [self._blocks[number].text for number in sorted(self._blocks)]
        return self._texts

    def texts(self, numbers: Iterable[int]) -> list[bytes]:
        """Return the blocks of some numbers, without those that are empty."""
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

    def _lines(self, entry_id: int) -> bytes:
        number, slot = divmod(entry_id, BLOCK_SIZE)
        block = self._blocks.get(number)
        return block.lines(slot) if block else b""


class RenderedFamilies(Generic[Subject]):
    """All families of one kind of subject: a subject has its lines in each of them, or in none.

    `failed` has the ids of those whose rendering failed by an internal error.
    """

    def __init__(self, kind: str, families: Sequence[Family[Subject]]) -> None:
        self._kind = kind
        self.families = [RenderedFamily(family) for family in families]
        self.failed: set[int] = set()

    @contextlib.contextmanager
    def isolate_errors(self, entry_id: int) -> Iterator[None]:
        """Confine an error to one subject, and remove its lines, which would be outdated."""
        try:
            yield
        except Exception:  # noqa: BLE001 - one error must not end the whole scrape
            if entry_id not in self.failed:
                which = log_fields(**{self._kind: entry_id})
                _log.exception("rendering samples failed", extra=which)
            self.remove(entry_id)
            self.failed.add(entry_id)

    def put(self, entry_id: int, subject: Subject) -> None:
        """Render the lines of a new or changed subject."""
        for family in self.families:
            family.put(entry_id, subject)
        self.failed.discard(entry_id)

    def remove(self, entry_id: int) -> None:
        """Remove the lines of a subject."""
        for family in self.families:
            family.remove(entry_id)
        self.failed.discard(entry_id)
