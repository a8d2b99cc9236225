"""The outcome of the pull of one server."""

from collections import Counter
from collections.abc import Sequence

from exporter.ingest.importer import ImportOutcome, ImportResult
from exporter.ingest.planned_backups import ListOutcome
from exporter.model import Status
from exporter.model.pulled import Seen
from exporter.pull.found_runs import FoundRun

MAX_REASONS = 5
"""Shown of each kind: the rest is likely to be the same."""


class Summary:
    """Counts outcomes, and keeps the first reasons for failures.

    `unwatched` are backups that are not monitored although their server plans them, with the
    reason; `notes` say to which server and job runs were assigned. `found` counts those of the
    recorded runs that died before they began, or were skipped, by how they ended. `seen` is what
    is to be noted of the server. `server_ids` are the servers that have the runs, `machine_id` is
    what Duplicati's server says of its machine.
    """

    def __init__(self, server: str) -> None:
        """Start with empty counts."""
        self.server = server
        self.server_id: int | None = None
        """The id here of the server that the runs are of."""

        self.seen = Seen()
        self.machine_id: str | None = None
        self.server_ids: set[int] = set()
        self.backups = 0
        self.other_operations = 0
        self.found: Counter[Status] = Counter()
        self.reasons: list[str] = []
        self.failures: list[str] = []
        self.unwatched: list[str] = []
        self.notes: list[str] = []
        self._outcomes: Counter[ImportOutcome] = Counter()

    @property
    def rows(self) -> int:
        """All results that were read."""
        return self._outcomes.total() + self.other_operations

    @property
    def complete(self) -> bool:
        """Whether every valid run is recorded now."""
        return not self.failures and not self.count(ImportOutcome.REFUSED)

    @property
    def problems(self) -> list[str]:
        """The first problems: what could not be read, and what is not recorded."""
        return [*self.failures, *self.reasons][:MAX_REASONS]

    def count(self, outcome: ImportOutcome) -> int:
        """Return how many runs had an outcome; of the recorded ones only backups are counted."""
        return self._outcomes[outcome]

    def add(self, results: Sequence[ImportResult]) -> None:
        """Count the outcomes of reports."""
        for each in results:
            if each.outcome is ImportOutcome.RECORDED and not each.is_backup:
                self.other_operations += 1
            else:
                self._outcomes[each.outcome] += 1
            self.notes += each.notes
            if each.server_id is not None:
                self.server_id = self.server_id or each.server_id
                self.server_ids.add(each.server_id)
            if each.reason is not None:
                self._explain(each.reason)

    def add_found(self, found: Sequence[FoundRun], results: Sequence[ImportResult]) -> None:
        """Count the outcomes of runs that are not in a log."""
        self.add(results)
        recorded = zip(found, results, strict=True)
        self.found.update(
            run.status
            for run, result in recorded
            if result.outcome is ImportOutcome.RECORDED and run.is_unposted
        )

    def add_unreadable(self, reason: str) -> None:
        """Count a row that could not be converted into a report."""
        self._outcomes[ImportOutcome.NOT_UNDERSTOOD] += 1
        self._explain(reason)

    def add_failure(self, failure: str) -> None:
        """Note that something could not be read."""
        self.failures.append(failure)

    def add_listed(self, outcome: ListOutcome) -> None:
        """Note which backups are expected now, of which server, and which are not monitored."""
        self.server_id = self.server_id or outcome.server_id
        self.notes += [f"{name}: is expected as it is planned" for name in outcome.expected]
        self.unwatched += outcome.refused

    def add_unwatched(self, backup: str) -> None:
        """Note a backup that is scheduled but not monitored, since it has no run yet."""
        reason = "is scheduled, but Duplicati remembers no run of it"
        self.unwatched.append(f"{backup}: {reason}; it is not monitored before its first run")

    def _explain(self, reason: str) -> None:
        if len(self.reasons) < MAX_REASONS and reason not in self.reasons:
            self.reasons.append(reason)
