"""The outcomes of an import, in words."""

from collections import Counter
from collections.abc import Iterator

from exporter.ingest.importer import ImportOutcome, ImportResult
from exporter.logs import printable

_MAX_REASONS = 10
_MAX_REASON_LENGTH = 300


class Reasons:
    """Counts failures, and keeps the first reasons."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[str] = []

    def add(self, source: str, reason: str) -> None:
        """Count one; the source says where to find it."""
        self.count += 1
        if len(self._first) < _MAX_REASONS:
            self._first.append(f"{source}: {reason}"[:_MAX_REASON_LENGTH])

    def lines(self, heading: str) -> Iterator[str]:
        """Yield a heading with their number and the first of them; nothing if there are none."""
        if not self.count:
            return
        yield f"{heading}: {self.count}"
        yield from (f"  {printable(reason)}" for reason in self._first)
        if more := self.count - len(self._first):
            yield f"  and {more} more"


class Outcomes:
    """Counts the outcomes of reports."""

    def __init__(self) -> None:
        self._counts: Counter[ImportOutcome] = Counter()
        self._other_operations = 0
        self._left_out = Reasons()
        self._notes = Reasons()

    @property
    def total(self) -> int:
        """How many reports there were."""
        return self._counts.total()

    @property
    def left_out(self) -> int:
        """How many are not recorded."""
        return self._left_out.count

    def add(self, source: str, result: ImportResult) -> None:
        """Count a report."""
        self._counts[result.outcome] += 1
        for note in result.notes:
            self._notes.add(source, note)
        if result.reason is not None:
            self._left_out.add(source, result.reason)
        elif result.outcome is ImportOutcome.RECORDED:
            self._other_operations += not result.is_backup

    def leave_out(self, source: str, reason: str) -> None:
        """Count a report that could not be sent."""
        self.add(source, ImportResult(ImportOutcome.NOT_UNDERSTOOD, reason=reason))

    def lines(self, *, dry_run: bool) -> Iterator[str]:
        """Yield the summary; of a dry run in the conditional."""
        would = "would be " if dry_run else ""
        recorded = f"{counted(self._counts[ImportOutcome.RECORDED], 'run')} {would}recorded"
        others = f", {self._other_operations} of them not backups" if self._other_operations else ""
        yield recorded + others
        if known := self._counts[ImportOutcome.KNOWN]:
            yield counted(known, "duplicate run")
        if too_old := self._counts[ImportOutcome.TOO_OLD]:
            yield f"{counted(too_old, 'run')} beyond retention (keep_runs), skipped"
        yield from self._left_out.lines(f"{would}skipped")
        yield from self._notes.lines("notes")


def counted(count: int, noun: str) -> str:
    """Return a number of things: 1 run, 2 runs, 2 aliases."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith('s') else 's'}"
