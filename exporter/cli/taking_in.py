"""Reports of the past go into an archive, however many they are."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from exporter.cli.import_client import batches
from exporter.ingest.importer import Archive, PastReport, Taken


class Entry(Protocol):
    """A report, and where it was found, for a person who looks for it."""

    @property
    def source(self) -> str:
        """Where it was found."""
        ...

    @property
    def report(self) -> PastReport:
        """The report."""
        ...


_Entry = TypeVar("_Entry", bound=Entry)


def take_in(archive: Archive, entries: Iterable[_Entry]) -> Iterator[tuple[_Entry, Taken]]:
    """Yield what becomes of each; no more of them are held than go into one request."""
    for batch in batches(entries, _body):
        yield from zip(batch, archive.take([entry.report for entry in batch]), strict=True)


def _body(entry: Entry) -> bytes:
    return entry.report.body
