"""What became of many reports of the past, in words."""

from collections import Counter
from collections.abc import Iterator

from exporter.logs import printable
from exporter.past import Outcome, Taken

_MOST_REASONS = 10
_LONGEST_REASON = 300


class Outcomes:
    """Counts what became of reports; of those that are left out it keeps the first reasons."""

    def __init__(self) -> None:
        self._counts: Counter[Outcome] = Counter()
        self._other_operations = 0
        self._reasons: list[str] = []

    @property
    def total(self) -> int:
        """How many reports there were."""
        return self._counts.total()

    @property
    def left_out(self) -> int:
        """How many are not here now."""
        return self._counts[Outcome.NOT_UNDERSTOOD] + self._counts[Outcome.REFUSED]

    def add(self, source: str, taken: Taken) -> None:
        """Count a report; the source is for a person who wants to find it."""
        self._counts[taken.outcome] += 1
        if taken.outcome is Outcome.RECORDED:
            self._other_operations += not taken.is_backup
        if taken.reason is not None and len(self._reasons) < _MOST_REASONS:
            self._reasons.append(f"{source}: {taken.reason}"[:_LONGEST_REASON])

    def leave_out(self, source: str, reason: str) -> None:
        """Count what could not even be sent."""
        self.add(source, Taken(Outcome.NOT_UNDERSTOOD, reason=reason))

    def lines(self, *, dry_run: bool) -> Iterator[str]:
        """Yield the summary; of a dry run in the conditional."""
        would = "would be " if dry_run else ""
        recorded = f"{_runs(self._counts[Outcome.RECORDED])} {would}recorded"
        others = f", {self._other_operations} of them no backups" if self._other_operations else ""
        yield recorded + others
        if known := self._counts[Outcome.KNOWN]:
            yield f"{_runs(known)} known already"
        if not self.left_out:
            return
        yield f"{self.left_out} {would}left out:"
        yield from (f"  {printable(reason)}" for reason in self._reasons)
        if more := self.left_out - len(self._reasons):
            yield f"  and {more} more"


def _runs(count: int) -> str:
    return f"{count} run" if count == 1 else f"{count} runs"
