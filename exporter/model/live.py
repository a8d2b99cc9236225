"""A running backup: what its live reports tell, and what that means at a moment.

Pure: from what was heard of a run and a moment comes whether it runs, is stalled, or failed and
left no report. A run is known by its begin. Reports that come twice or late change nothing.
"""

from msgspec import Struct
from msgspec.structs import replace

from exporter.model import BACKUP, Machine, believed
from exporter.times import MINUTE, Millis

STALL_AFTER: Millis = 10 * MINUTE
"""Silence after which a run counts as stalled where nothing else is set: twenty reports at
Duplicati's usual interval of 30 s."""

REPORT_TIMEOUT: Millis = 10 * MINUTE
"""How long the report of a run that ended may take: four tries of 100 s and their pauses."""

RUN_MATCH_TOLERANCE: Millis = MINUTE
"""A live report takes its begin when its module is loaded, a moment after that of the run."""


class Progress(Struct, frozen=True, array_like=True, gc=False):
    """How far a run is; the totals grow while files are still being counted."""

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
        """Whether it was sent behind another one; one that tells no time comes in order."""
        if self.reported is None or other.reported is None:
            return True
        return self.reported > other.reported

    def believed(self, received: Millis) -> "LiveStatus":
        """Return it without a moment of sending that lies behind its arrival.

        Later ones would look older than one that is dated ahead.
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
        """Whether it tells of a backup; a restore that runs is none."""
        return self.activity.operation == BACKUP

    def with_last_lines(self, most: int) -> "LiveReport":
        """Return it with no more log lines than that."""
        lines = self.activity.lines
        kept = lines[max(0, len(lines) - most) :]
        return replace(self, activity=replace(self.activity, lines=kept))


class LiveRun(Struct, frozen=True, array_like=True):
    """What is known of a run by its live reports.

    `since` is the begin that counts: the arrival of the first report where the sender's clock is
    ahead. `heard` is the arrival of the newest. Of what is told only what is believed is kept.
    """

    activity: LiveStatus
    since: Millis
    heard: Millis

    @classmethod
    def first(cls, activity: LiveStatus, received: Millis) -> "LiveRun":
        """Return a run of which this is the first report."""
        since = believed.start(activity.began, received)
        return cls(activity.believed(received), since, received)

    def with_report(self, activity: LiveStatus, received: Millis) -> "LiveRun":
        """Return what is known with one more report, or just this where it brings nothing new."""
        told = LiveRun.first(activity, received)
        if activity.began != self.activity.began:
            return told if self._gives_way_to(told) else self
        if self.activity.ended or not (activity.ended or told.activity.is_newer(self.activity)):
            return self
        since = told.since if told.is_dated else self.since
        return LiveRun(told.activity, since, max(self.heard, received))

    def shifted(self, by: Millis, now: Millis) -> "LiveRun":
        """Return the same run after the clock that stamped it was set by so much, to now."""
        heard = min(self.heard + by, now)
        since = heard if self.is_dated else min(self.since + by, now)
        if believed.is_past(self.activity.began, heard):
            since = self.activity.began
        return LiveRun(self.activity.believed(heard), since, heard)

    @property
    def is_dated(self) -> bool:
        """Whether the begin that was told is the one that counts."""
        return self.since == self.activity.began

    def _gives_way_to(self, other: "LiveRun") -> bool:
        """Whether another run began later; one that nobody can have begun yet says nothing."""
        return other.since > self.since or (other.is_dated and not self.is_dated)

    def is_covered_by(self, started: Millis | None) -> bool:
        """Whether a recorded run that began then is this one or came after it."""
        return started is not None and started >= self.since - RUN_MATCH_TOLERANCE

    def is_unreported(self, now: Millis) -> bool:
        """Whether it failed so long ago that its report should have come."""
        return self.activity.failed and now >= self.heard + REPORT_TIMEOUT
