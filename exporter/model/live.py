"""A run in progress: what its live reports say, and what that means at a time.

Pure: from the live reports of a run and a time comes whether it runs, is stalled, or ended and
left no report. A run is identified by its start. Reports that come twice or late change nothing.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from exporter.model import CLOCK_TOLERANCE, JobKind, Machine, believed, kind_of
from exporter.times import MINUTE, Millis

STALL_AFTER: Millis = 10 * MINUTE
"""The default time without a live report after which a run is stalled: twenty reports at
Duplicati's usual interval of 30 s."""

REPORT_TIMEOUT: Millis = 10 * MINUTE
"""How long the report of a run that ended may take: four attempts of 100 s and their pauses."""

RUN_MATCH_TOLERANCE: Millis = MINUTE
"""A live report has the start of its module, which is shortly after that of the run."""

_MOST_FAILED = 5
"""More runs of a job do not fail while a report is waited for."""

BEFORE_ALL: Millis = -(2**63)
"""Until when the runs of a job were reported that has no report."""


class Progress(Struct, frozen=True, array_like=True, gc=False):
    """The progress of a run; the totals grow while files are still being counted."""

    phase: str | None = None
    ratio: float | None = None
    files: int | None = None
    total_files: int | None = None
    bytes: int | None = None
    total_bytes: int | None = None
    transfers: int | None = None


class LiveStatus(Struct, frozen=True, array_like=True):
    """One live report of a run. `reported` is by the sender's clock, as is `began`."""

    operation: str
    began: Millis
    reported: Millis | None
    ended: bool
    failed: bool
    progress: Progress
    error: str | None = None
    lines: tuple[str, ...] = ()
    backup_id: str | None = None
    destination_type: str | None = None
    address: str | None = None
    """Where it came from: reports that were refused from there may be of the same run."""

    def is_newer(self, other: "LiveStatus") -> bool:
        """Return whether it was sent after another one; one without a time counts as newer."""
        if self.reported is None or other.reported is None:
            return True
        return self.reported > other.reported

    def believed(self, received: Millis) -> "LiveStatus":
        """Return it without a time of sending that is after its arrival.

        Later ones would look older than one with a time in the future.
        """
        if self.reported is None or believed.is_past(self.reported, received):
            return self
        return replace(self, reported=None)

    def without_details(self) -> "LiveStatus":
        """Return what is needed of a run that ended well."""
        return replace(self, progress=Progress(), error=None, lines=())


class LiveReport(Struct, frozen=True):
    """One understood live report: what a backup of a machine is doing."""

    machine: Machine
    backup: str
    activity: LiveStatus

    @property
    def kind(self) -> JobKind | None:
        """The kind of job that the run counts for; None for a restore, for example."""
        return kind_of(self.activity.operation)

    def with_last_lines(self, most: int) -> "LiveReport":
        """Return it with no more log lines than that."""
        lines = self.activity.lines
        kept = lines[max(0, len(lines) - most) :]
        return replace(self, activity=replace(self.activity, lines=kept))


class LiveRun(Struct, frozen=True, array_like=True):
    """What is known of a run by its live reports.

    `since` is the start that counts: the arrival of the first report where the sender's clock is
    ahead. `heard` is the arrival of the newest. Only trusted values are kept. `earlier` are runs
    before it that ended well, the oldest first: their reports may not have come. `former_since` is
    when the first of all runs before it began, None without one. `failed` are the newest runs
    before it that failed and whose report might still have come when the next one was heard.
    """

    activity: LiveStatus
    since: Millis
    heard: Millis
    earlier: tuple["LiveRun", ...] = ()
    former_since: Millis | None = None
    failed: tuple["LiveRun", ...] = ()

    @classmethod
    def first(cls, activity: LiveStatus, received: Millis) -> "LiveRun":
        """Return a run with its first report."""
        since = believed.start(activity.began, received)
        return cls(activity.believed(received), since, received)

    def with_report(self, activity: LiveStatus, received: Millis) -> "LiveRun":
        """Return the run with one more report, or the same run where that has nothing new."""
        new = LiveRun.first(activity, received)
        if activity.began != self.activity.began:
            return self._followed_by(new) if self._gives_way_to(new) else self
        if self.activity.ended or not (activity.ended or new.activity.is_newer(self.activity)):
            return self
        since = new.since if new.is_dated else self.since
        heard = max(self.heard, received)
        return replace(self, activity=new.activity, since=since, heard=heard)

    def shifted(self, by: Millis, now: Millis) -> "LiveRun":
        """Return the same run after the clock that stamped it was set by so much, to now."""
        heard = min(self.heard + by, now)
        since = heard if self.is_dated else min(self.since + by, now)
        if believed.is_past(self.activity.began, heard):
            since = self.activity.began
        earlier = tuple(run.shifted(by, now) for run in self.earlier)
        former_since = None if self.former_since is None else min(self.former_since, now)
        failed = tuple(run.shifted(by, now) for run in self.failed)
        return LiveRun(self.activity.believed(heard), since, heard, earlier, former_since, failed)

    def awaited(self, reported_until: Millis) -> tuple["LiveRun", ...]:
        """Return the runs that ended well and whose report has not come, the oldest first.

        Args:
            reported_until: runs that started until then were reported.
        """
        if not (self.earlier or self.ended_well):
            return ()
        own = (self.without_earlier(),) if self.ended_well else ()
        return tuple(run for run in (*self.earlier, *own) if run.since > reported_until)

    def awaiting(self, reported_until: Millis) -> "LiveRun":
        """Return the run without those before it that were reported."""
        if not self.earlier:
            return self
        kept = tuple(run for run in self.earlier if run.since > reported_until)
        return replace(self, earlier=kept)

    def without_earlier(self) -> "LiveRun":
        """Return only what is needed of the run once it ended well."""
        return LiveRun(self.activity.without_details(), self.since, self.heard)

    def _followed_by(self, other: "LiveRun") -> "LiveRun":
        own = (self.without_earlier(),) if self.ended_well else ()
        earlier, failed = _thinned((*self.earlier, *own), other.heard), self._failures()
        pending = tuple(run for run in failed if not run.is_failure_unreported(other.heard))
        return replace(
            other,
            earlier=earlier,
            former_since=self.first_since,
            failed=pending[-_MOST_FAILED:],
        )

    def _failures(self) -> tuple["LiveRun", ...]:
        """Return the runs that failed and whose report may not have come, the oldest first."""
        own = LiveRun(self.activity, self.since, self.heard)
        return (*self.failed, own) if self.activity.failed else self.failed

    @property
    def first_since(self) -> Millis:
        """When the first run began of which its job sent live reports."""
        return self.since if self.former_since is None else min(self.former_since, self.since)

    @property
    def ended_well(self) -> bool:
        """Whether its sender said that it ended and did not fail."""
        return self.activity.ended and not self.activity.failed

    @property
    def last_reported(self) -> Millis:
        """When its newest live report was sent, as its sender says.

        Its arrival counts instead where its sender's clock is ahead or clearly behind: a report
        is rarely so late.
        """
        reported = self.activity.reported
        if reported is None or not 0 <= self.heard - reported <= CLOCK_TOLERANCE:
            return self.heard
        return reported

    @property
    def unreported_from(self) -> Millis:
        """From when on the report of a run that ended well is missing, if it has not come."""
        return self.last_reported + REPORT_TIMEOUT

    @property
    def is_dated(self) -> bool:
        """Whether the reported start is the one that counts."""
        return self.since == self.activity.began

    def _gives_way_to(self, other: "LiveRun") -> bool:
        """Return whether another run started later; a start in the future does not count."""
        return other.since > self.since or (other.is_dated and not self.is_dated)

    def is_failure_unreported(self, now: Millis) -> bool:
        """Return whether it failed so long ago that its report should have come."""
        return self.activity.failed and now >= self.heard + REPORT_TIMEOUT


def later_run(one: LiveRun | None, other: LiveRun | None) -> LiveRun | None:
    """Return the one that began later; the first one of two that began at once."""
    return max(filter(None, (one, other)), key=lambda run: run.since, default=None)


def _thinned(runs: Sequence[LiveRun], now: Millis) -> tuple[LiveRun, ...]:
    """Return those that decide since when a report is missing, and of which run the newest is.

    A job may run every few minutes for months and never report.
    """
    missing = [run for run in runs if run.unreported_from <= now]
    pending = [run for run in runs if run.unreported_from > now]
    return tuple(run for part in (missing, pending) for run in (*part[:1], *part[1:][-1:]))
