"""A family's lines kept ready, by what they tell of."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from exporter.families import Family
from exporter.rendering import FamilyWriter

Subject = TypeVar("Subject")

PAGE = 512
"""Ids of a page. Its lines, some 50 KB, are joined again when one of them changes: with longer
pages a change costs more, with shorter ones a whole exposition has more parts to be sent."""


class _Page:
    """The lines of neighbouring ids, and all of them joined."""

    def __init__(self) -> None:
        self.lines: dict[int, bytes] = {}
        self._joined: bytes | None = None

    def put(self, entry_id: int, lines: bytes) -> None:
        if self.lines.get(entry_id, b"") != lines:
            self.lines[entry_id] = lines
            self._joined = None

    def remove(self, entry_id: int) -> None:
        if self.lines.pop(entry_id, b""):
            self._joined = None

    def joined(self) -> bytes:
        if self._joined is None:
            self._joined = b"".join(self.lines.values())
        return self._joined


class KeptFamily(Generic[Subject]):
    """The lines of a family, in pages. A page that did not change is the same object."""

    def __init__(self, family: Family[Subject]) -> None:
        self._writer = FamilyWriter(family)
        self._pages: dict[int, _Page] = {}
        self.name = family.name
        self.head = self._writer.head()
        self.openmetrics_head = self._writer.openmetrics_head()

    def put(self, entry_id: int, subject: Subject) -> None:
        """Write the lines of something new or changed."""
        page = self._pages.get(entry_id // PAGE)
        if page is None:
            page = self._pages[entry_id // PAGE] = _Page()
        page.put(entry_id, self._writer.lines(subject))

    def remove(self, entry_id: int) -> None:
        """Forget the lines of something that is gone."""
        page = self._pages.get(entry_id // PAGE)
        if page is not None:
            page.remove(entry_id)

    def pages(self) -> list[bytes]:
        """Return all lines."""
        return [page.joined() for page in self._pages.values()]

    def lines_of(self, entry_ids: Iterable[int]) -> bytes:
        """Return the lines of some."""
        pages = ((self._pages.get(entry_id // PAGE), entry_id) for entry_id in entry_ids)
        return b"".join(page.lines.get(entry_id, b"") for page, entry_id in pages if page)
