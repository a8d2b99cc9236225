"""The state of a job, computed from its runs.

Its lists are short, so a state costs the same after ten runs and after ten thousand.
`exporter.jobs.folding` computes states from runs.
"""

from msgspec import Struct, msgpack
from msgspec.structs import replace

from exporter.jobs import sums
from exporter.jobs.copies import SecondCopies
from exporter.jobs.destination import Destination
from exporter.jobs.history import (
    BASELINE_RUNS,
    REPORTED_RUNS,
    CompletedRun,
    GoodRun,
    MeasuredRun,
    PastRun,
    RecentRun,
    ReportedRun,
    RunTimestamp,
    newest,
    without,
)
from exporter.model import StoredRun, Verification
from exporter.model.declared import Declared
from exporter.model.last_error import LastError
from exporter.model.listed import Listed
from exporter.times import Millis


class Baseline(Struct, frozen=True, gc=False):
    """What is usual for a job; None where too few runs reported it."""

    duration: float | None
    examined_bytes: float | None
    changed_files: float | None


class JobState(Struct, frozen=True, array_like=True):
    """The state from the backup runs of one job. Lists are in the order of starts, oldest first.

    `runs` counts by status, in the order of `Status`. `last_complete` is the newest run whose
    counts describe the whole source: one that died or was interrupted counted only a part of it.
    `decided` is the newest run that completed or failed, `interrupted_runs` counts those that were
    interrupted since. `reported` are the newest runs that reported when the next is planned; a
    schedule is learned from `starts`. `tested` is the last verification of stored files, `verified`
    the end of the last one without errors; `restored` and `compacted` are the ends of the last
    successful ones. `last_failed` has the arrival of the newest failed run. Until `dry_until` live
    runs of the job were reported by dry runs. `last_error` is of no run: Duplicati's server
    remembers it. `declared` holds until a run is known. `listed` is what the job was in the newest
    list of that server. `posted_since` is when the first report was posted, as far as that is
    known.
    """

    runs: sums.Counted = (0, 0, 0, 0, 0, 0)
    uploaded_bytes: int | None = None
    last: StoredRun | None = None
    last_completed: GoodRun | None = None
    last_complete: MeasuredRun | None = None
    consecutive_failures: int = 0
    recent: tuple[RecentRun, ...] = ()
    completed: tuple[CompletedRun, ...] = ()
    tested: Verification | None = None
    starts: tuple[Millis, ...] = ()
    reported: tuple[ReportedRun, ...] = ()
    verified: Millis | None = None
    interrupted_runs: int = 0
    decided: PastRun | None = None
    destination: Destination = Destination()
    copies: SecondCopies = SecondCopies()
    restored: Millis | None = None
    compacted: Millis | None = None
    first_start: Millis | None = None
    last_failed: RunTimestamp | None = None
    dry_until: Millis | None = None
    last_error: LastError | None = None
    declared: Declared | None = None
    listed: Listed | None = None
    posted_since: Millis | None = None

    @property
    def is_backup(self) -> bool:
        """Whether the job ever made a backup: it may only have been restored from."""
        return self.last is not None

    @property
    def is_expected(self) -> bool:
        """Whether the job was declared and no run of it is known yet."""
        return self.declared is not None and self.last is None

    @property
    def decided_failed(self) -> bool:
        """Whether the newest run that completed or failed, failed.

        For a job without a name that does not mean that it is failing: see
        `exporter.jobs.health.is_failing`.
        """
        return self.consecutive_failures > 0

    @property
    def gone(self) -> Millis | None:
        """Since when the server of the job does not list it; None where it does, or never did.

        A run that began later shows that it still exists.
        """
        since = None if self.listed is None else self.listed.gone
        if since is None or (self.last is not None and self.last.started > since):
            return None
        return since

    @property
    def total_runs(self) -> int:
        """All backup runs ever recorded."""
        return sum(self.runs)

    @property
    def completed_runs(self) -> int:
        """Runs that completed."""
        success, warning, *_ = self.runs
        return success + warning

    @property
    def failed_runs(self) -> int:
        """Runs that failed; interrupted ones neither failed nor completed."""
        _success, _warning, error, fatal, unknown, _interrupted = self.runs
        return error + fatal + unknown

    @property
    def interrupted_ever(self) -> int:
        """Runs that were interrupted, also those that others followed."""
        *_, interrupted = self.runs
        return interrupted

    def usual_bytes(self) -> float | None:
        """Return the median size at the source of the completed runs before the last one."""
        return sums.median([run.examined_bytes for run in self._completed_before_last()])

    def baseline(self) -> Baseline:
        """Return the medians of the completed runs before the last one."""
        earlier = self._completed_before_last()
        return Baseline(
            sums.median([run.duration for run in earlier]),
            sums.median([run.examined_bytes for run in earlier]),
            sums.median([run.changed_files for run in earlier]),
        )

    def _completed_before_last(self) -> tuple[CompletedRun, ...]:
        last = self.last.order if self.last is not None else (0, 0)
        earlier = self.completed
        while earlier and earlier[-1].order >= last:
            earlier = earlier[:-1]
        return earlier[-BASELINE_RUNS:]

    def with_plan(self, start: Millis, interval: Millis | None, now: Millis) -> "JobState":
        """Return the state with the plan of Duplicati's own scheduler after the last run.

        It takes the place of what was planned after that run: the scheduler was asked later.

        Args:
            start: when the next run is planned.
            interval: the longest interval between planned starts; None where it is unknown.
            now: when the scheduler was asked.
        """
        if self.last is None:
            known = self.declared
            return self if known is None else self._with_first_plan(known, start, interval, now)
        started, run_id = self.last.order
        planned = ReportedRun(started, run_id, start, interval)
        others = without(self.reported, run_id)
        return replace(self, reported=newest(others, planned, REPORTED_RUNS))

    def _with_first_plan(
        self, known: Declared, start: Millis, interval: Millis | None, now: Millis
    ) -> "JobState":
        return replace(self, declared=known.planned_anew(start, interval, now))

    def with_declared(self, declared: Declared) -> "JobState":
        """Return the state of a job that is expected before its first run."""
        return replace(self, declared=declared)

    def with_listed(self, listed: Listed | None) -> "JobState":
        """Return the state of a job that a server's list has, or has no more."""
        return replace(self, listed=listed)

    def with_post(self, received: Millis) -> "JobState":
        """Return the state after a report was posted; only the first one changes it."""
        return self if self.posted_since is not None else replace(self, posted_since=received)

    def without_destination(self, destination: str) -> "JobState":
        """Return the state without a second destination that was given up."""
        return replace(self, copies=self.copies.without_destination(destination))


_decoder = msgpack.Decoder(JobState)


def pack(state: JobState) -> bytes:
    """Return a state as it is stored."""
    return msgpack.encode(state)


def unpack(packed: bytes) -> JobState:
    """Return the state in what `pack` returned."""
    return _decoder.decode(packed)
