"""What is known of backups in a span, job by job and of all. Pure."""

from collections.abc import Iterable
from typing import NamedTuple, Self

from msgspec import Struct

from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import Fault
from exporter.jobs.sums import added
from exporter.model import Server
from exporter.model.conditions import Condition
from exporter.notifications.digest.span import Span
from exporter.times import Millis


class Amounts(NamedTuple):
    """What the runs of a span add up to, and sizes in bytes as the newest run found them.

    `growth` is what the source grew by in the span. None is not reported, or by no job.
    """

    runs: int = 0
    failed: int = 0
    interrupted: int = 0
    uploaded: int | None = None
    source: int | None = None
    growth: int | None = None
    stored: int | None = None

    @classmethod
    def total(cls, parts: Iterable["Amounts"]) -> Self:
        """Add amounts up."""
        sums = [list(column) for column in zip(*parts, strict=True)]
        if not sums:
            return cls()
        counts, sizes = sums[:3], sums[3:]
        return cls(*(sum(map(int, filter(None, each))) for each in counts), *map(_added, sizes))


def _added(sizes: Iterable[int | None]) -> int | None:
    total: int | None = None
    for size in sizes:
        total = added(total, size)
    return total


class VerificationFact(NamedTuple):
    """When stored files were last verified, and whether that found no error."""

    at: Millis
    passed: bool


class CopyFact(NamedTuple):
    """A second destination, and when the last copy to it ended."""

    destination: str
    at: Millis


class JobFacts(Struct, frozen=True):
    """A backup job in a span: what holds for it now, worst first, and since when the worst does.

    `reason` is why its last run was not a success. `copies_missed` are runs in a row without a
    second copy.
    """

    id: int
    name: str
    server: Server
    held: tuple[Condition, ...]
    since: Millis | None
    reason: str | None
    last_success: Millis | None
    amounts: Amounts
    test: VerificationFact | None = None
    full_in_days: float | None = None
    copies: tuple[CopyFact, ...] = ()
    copies_missed: int = 0
    muted: Millis | None = None

    @property
    def worst(self) -> Condition:
        """The worst condition of the job."""
        return self.held[0]

    @property
    def label(self) -> str:
        """The name of its server that people use."""
        return self.server.shown_name

    @property
    def order(self) -> tuple[int, str, str, int]:
        """The key that sorts jobs, worst first."""
        return self.worst.rank, self.label.casefold(), self.name.casefold(), self.id


class DigestFacts(Struct, frozen=True):
    """All jobs of a digest, worst first, their totals, and what casts doubt on them.

    `faults` are what is wrong beside the jobs.
    """

    span: Span
    summary: StatusSummary
    jobs: list[JobFacts]
    totals: Amounts
    faults: tuple[Fault, ...] = ()
