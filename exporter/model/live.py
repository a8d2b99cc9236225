"""A run in progress: what its live reports say, and what that means at a time.

Pure: from the live reports of a run and a time comes whether it runs, is stalled, or failed and
left no report. A run is identified by its start. Reports that come twice or late change nothing.
"""

from msgspec import Struct
from msgspec.structs import replace

from exporter.model import BACKUP, Machine, believed
from exporter.times import MINUTE, Millis

STALL_AFTER: Millis = 10 * MINUTE
"""The default time without a live report after which a run is stalled: twenty reports at
Duplicati's usual interval of 30 s."""

REPORT_TIMEOUT: Millis = 10 * MINUTE
"""How long the report of a run that ended may take: four attempts of 100 s and their pauses."""

RUN_MATCH_TOLERANCE: Millis = MINUTE
"""A live report has the start of its module, which is shortly after that of the run."""


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


class LiveReport(Struct, frozen=True):
    """One understood live report: what a backup of a machine is doing."""

    machine: Machine
    backup: str
    activity: LiveStatus

    @property
    def is_backup(self) -> bool:
        """Whether the run is a backup, and not a restore, for example."""
        return self.activity.operation == BACKUP

    def with_last_lines(self, most: int) -> "LiveReport":
        """Return it with no more log lines than that."""
        lines = self.activity.lines
        kept = lines[max(0, len(lines) - most) :]
        return replace(self, activity=replace(self.activity, lines=kept))


class LiveRun(Struct, frozen=True, array_like=True):
    """What is known of a run by its live reports.

    `since` is the start that counts: the arrival of the first report where the sender's clock is
    ahead. `heard` is the arrival of the newest. Only trusted values are kept.
    """

    activity: LiveStatus
    since: Millis
    heard: Millis

    @classmethod
    def first(cls, activity: LiveStatus, received: Millis) -> "LiveRun":
        """Return a run with its first report."""
        since = believed.start(activity.began, received)
        return cls(activity.believed(received), since, received)

    def with_report(self, activity: LiveStatus, received: Millis) -> "LiveRun":
        """Return the run with one more report, or the same run where that has nothing new."""
        new = LiveRun.first(activity, received)
        if activity.began != self.activity.began:
            return new if self._gives_way_to(new) else self
        if self.activity.ended or not (activity.ended or new.activity.is_newer(self.activity)):
            return self
        since = new.since if new.is_dated else self.since
        return LiveRun(new.activity, since, max(self.heard, received))

    def shifted(self, by: Millis, now: Millis) -> "LiveRun":
        """Return the same run after the clock that stamped it was set by so much, to now."""
        heard = min(self.heard + by, now)
        since = heard if self.is_dated else min(self.since + by, now)
        if believed.is_past(self.activity.began, heard):
            since = self.activity.began
        return LiveRun(self.activity.believed(heard), since, heard)

    @property
    def is_dated(self) -> bool:
        """Whether the reported start is the one that counts."""
        return self.since == self.activity.began

    def _gives_way_to(self, other: "LiveRun") -> bool:
        """Return whether another run started later; a start in the future does not count."""
        return other.since > self.since or (other.is_dated and not self.is_dated)

    def is_covered_by(self, started: Millis | None) -> bool:
        """Return whether a recorded run with a start is this one or came after it."""
        return started is not None and started >= self.since - RUN_MATCH_TOLERANCE

    def is_unreported(self, now: Millis) -> bool:
        """Return whether it failed so long ago that its report should have come."""
        return self.activity.failed and now >= self.heard + REPORT_TIMEOUT
