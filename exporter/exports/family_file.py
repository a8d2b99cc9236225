"""The samples of one family, collected in a file.

OpenMetrics requires the samples of a family together, and within it those of one set of labels, in
the order of time. So each family has its own file, and the changes of a subject (a job, a server,
the fleet) are collected until all of them are known.
"""

import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from exporter.exposition.families import Family
from exporter.exposition.text_format import FamilyEncoder

Subject = TypeVar("Subject")

_CHUNK_BYTES = 1024 * 1024
_SAMPLES_PER_WRITE = 4096
"""Samples that are joined in memory before they are written."""


class _Series:
    """The values of one set of labels, each with its first slot and the slot after its last."""

    __slots__ = ("ends", "firsts", "values")

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self.firsts = array("L")
        self.ends = array("L")

    def note(self, first: int, end: int, value: bytes) -> None:
        """Append a value."""
        if self.values and self.values[-1] == value and self.ends[-1] == first:
            self.ends[-1] = end
            return
        self.values.append(value)
        self.firsts.append(first)
        self.ends.append(end)


class FamilyFile(Generic[Subject]):
    """The samples of a family. Its file has no name and is removed when the program ends."""

    def __init__(self, family: Family[Subject], target: bytes, folder: Path) -> None:
        """Start a file; `target` are the encoded labels of the scraped daemon."""
        self._encoder = FamilyEncoder(family)
        self._target = target
        self._noted: dict[bytes, _Series] = {}
        self._file: BinaryIO = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by close
        self._file.write(self._encoder.openmetrics_header())

    def note(self, first: int, end: int, subject: Subject) -> None:
        """Add the samples of a subject from a slot up to another."""
        for line in self._encoder.lines(subject).split(b"\n")[:-1]:
            labels, _, value = line.rpartition(b" ")
            self._noted.setdefault(labels, _Series()).note(first, end, value)

    def forget(self) -> None:
        """Discard what was noted."""
        self._noted.clear()

    def write(self, stamps: Sequence[bytes]) -> None:
        """Write what was noted, a sample for each slot; `stamps` has the slots' timestamps."""
        for labels, series in self._noted.items():
            start = b"%s " % self._targeted(labels)
            for value, first, end in zip(series.values, series.firsts, series.ends, strict=True):
                self._write(start + value, stamps, range(first, end))
        self._noted.clear()

    def _write(self, sample: bytes, stamps: Sequence[bytes], slots: range) -> None:
        for first in range(slots.start, slots.stop, _SAMPLES_PER_WRITE):
            chunk = stamps[first : min(first + _SAMPLES_PER_WRITE, slots.stop)]
            self._file.write(sample + sample.join(chunk))

    def _targeted(self, sample: bytes) -> bytes:
        """Add the target's labels to a name and its labels."""
        name, _, labels = sample.partition(b"{")
        return b"%s{%s%s" % (name, self._target, b"," + labels if labels else b"}")

    def chunks(self) -> Iterator[bytes]:
        """Yield the content of the file."""
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK_BYTES):
            yield chunk

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
