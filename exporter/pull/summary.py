"""What became of the pull of one server."""

from collections import Counter
from collections.abc import Sequence

from exporter.ingest.importer import ImportOutcome, ImportResult

MAX_REASONS = 5
"""Shown of each kind: the rest is likely to be the same."""


class Summary:
    """Counts what was found, and keeps the first reasons for what went wrong.

    `unwatched` are the backups that would not be missed though their server plans them, with why;
    `notes` tell what people should know of where runs belong.
    """

    def __init__(self, server: str) -> None:
        """Begin with nothing."""
        self.server = server
        self.backups = 0
        self.other_operations = 0
        self.reasons: list[str] = []
        self.faults: list[str] = []
        self.unwatched: list[str] = []
        self.notes: list[str] = []
        self._outcomes: Counter[ImportOutcome] = Counter()

    @property
    def rows(self) -> int:
        """All results that were looked at."""
        return self._outcomes.total() + self.other_operations

    @property
    def complete(self) -> bool:
        """Whether everything that could be understood is recorded now."""
        return not self.faults and not self.count(ImportOutcome.REFUSED)

    @property
    def problems(self) -> list[str]:
        """What is wrong, the first of it: what could not be asked, and what is not recorded."""
        return [*self.faults, *self.reasons][:MAX_REASONS]

    def count(self, outcome: ImportOutcome) -> int:
        """Return how many runs became that; of the recorded ones only backups are counted."""
        return self._outcomes[outcome]

    def add(self, taken: Sequence[ImportResult]) -> None:
        """Count what became of reports."""
        for each in taken:
            if each.outcome is ImportOutcome.RECORDED and not each.is_backup:
                self.other_operations += 1
            else:
                self._outcomes[each.outcome] += 1
            self.notes += each.notes
            if each.reason is not None:
                self._explain(each.reason)

    def add_unreadable(self, reason: str) -> None:
        """Count a row of which no report could be made."""
        self._outcomes[ImportOutcome.NOT_UNDERSTOOD] += 1
        self._explain(reason)

    def add_fault(self, fault: str) -> None:
        """Note that something could not be asked."""
        self.faults.append(fault)

    def add_unwatched(self, backup: str) -> None:
        """Note a backup that is planned and of which no run tells that it is there."""
        reason = "is scheduled, but Duplicati remembers no run of it"
        self.unwatched.append(f"{backup}: {reason}; it is not monitored before its first run")

    def _explain(self, reason: str) -> None:
        if len(self.reasons) < MAX_REASONS and reason not in self.reasons:
            self.reasons.append(reason)
