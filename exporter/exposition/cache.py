"""Cached rendered lines of a family, for each server or job."""

import contextlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from exporter.exposition.families import Family, Sample
from exporter.exposition.kept_lines import KeptLines, KeptTexts
from exporter.exposition.text_format import FamilyEncoder
from exporter.logs import log_fields

_log = logging.getLogger(__name__)

Subject = TypeVar("Subject")


class RenderedFamily(KeptLines, Generic[Subject]):
    """The lines of a family, written from its subjects."""

    def __init__(self, family: Family[Subject], texts: KeptTexts | None = None) -> None:
        super().__init__(texts or KeptTexts())
        self._encoder = FamilyEncoder(family)
        self.name = family.name
        self.header = self._encoder.header()
        self.openmetrics_header = self._encoder.openmetrics_header()

    def put(self, entry_id: int, subject: Subject) -> None:
        """Render the lines of a new or changed subject."""
        self.replace(entry_id, self._encoder.lines(subject))

    def put_samples(self, entry_id: int, samples: Iterable[Sample]) -> None:
        """Write the samples of a subject in the place of those before."""
        self.replace(entry_id, self._encoder.encoded(samples))

    def remove(self, entry_id: int) -> None:
        """Remove the lines of a subject."""
        self.replace(entry_id, b"")


class RenderedFamilies(Generic[Subject]):
    """All families of one kind of subject: a subject has its lines in each of them, or in none.

    `failed` has the ids of those whose rendering failed by an internal error.
    """

    def __init__(
        self, kind: str, families: Sequence[Family[Subject]], texts: KeptTexts | None = None
    ) -> None:
        self._kind = kind
        kept = texts or KeptTexts()
        self.families = [RenderedFamily(family, kept) for family in families]
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
