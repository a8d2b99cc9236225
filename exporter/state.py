"""The kept state of a job: what its runs so far add up to.

`JobState.with_run` folds one more run in. Runs may come in any order: the outcome is that of
their starts, never of their arrival. Kept lists are short, so a state costs the same after ten
runs and after ten thousand.
"""

from collections.abc import Callable

from msgspec import Struct, msgpack
from msgspec.structs import replace

from exporter import sums
from exporter.history import (
    COMPLETED_RUNS,
    HABIT_RUNS,
    RECENT_RUNS,
    CompletedRun,
    RecentRun,
    ReportedRun,
    merged,
    newest,
    newest_starts,
    with_start,
    without_start,
)
from exporter.model import CLOCK_TOLERANCE, JobSettings, Order, Status, StoredRun, Verification
from exporter.times import Millis

_BEFORE_ALL: Order = (-1, 0)

FailuresAfter = Callable[[Order], int]
"""Tells how many failed runs of a job come after a place in the order of its runs."""


class Habit(Struct, frozen=True, gc=False):
    """What is usual for a job; None where too few runs told it."""

    duration: float | None
    examined_bytes: float | None
    changed_files: float | None


class JobState(Struct, frozen=True, array_like=True):
    """What the backup runs of one job add up to. Lists are in the order of starts, oldest first.

    `runs` counts by status, in the order of `Status`. `measured` is the newest run whose counts
    describe the whole backup: one that died counted only a part. `reported` are the newest runs
    that told when the next is planned; a schedule is learned from `starts`.
    """

    runs: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    uploaded_bytes: int | None = None
    last: StoredRun | None = None
    last_completed: StoredRun | None = None
    measured: StoredRun | None = None
    consecutive_failures: int = 0
    recent: tuple[RecentRun, ...] = ()
    completed: tuple[CompletedRun, ...] = ()
    verified: Verification | None = None
    starts: tuple[Millis, ...] = ()
    reported: tuple[ReportedRun, ...] = ()

    @property
    def is_backup(self) -> bool:
        """Whether the job ever made a backup; one that was only restored from is none."""
        return self.last is not None

    @property
    def failing(self) -> bool:
        """Whether the last run left no usable version."""
        return self.last is not None and not self.last.run.status.completed

    @property
    def total_runs(self) -> int:
        """All backup runs ever recorded."""
        return sum(self.runs)

    @property
    def completed_runs(self) -> int:
        """Runs that left a usable version."""
        success, warning, _error, _fatal, _unknown = self.runs
        return success + warning

    @property
    def failed_runs(self) -> int:
        """Runs that did not."""
        return self.total_runs - self.completed_runs

    def habit(self) -> Habit:
        """Return the medians of the completed runs before the last one."""
        last = self.last.order if self.last is not None else (0, 0)
        earlier = [run for run in self.completed if (run.started, run.id) < last]
        earlier = earlier[-HABIT_RUNS:]
        return Habit(
            sums.median([run.duration for run in earlier]),
            sums.median([run.examined_bytes for run in earlier]),
            sums.median([run.changed_files for run in earlier]),
        )

    def with_run(self, stored: StoredRun, failures_after: FailuresAfter) -> "JobState":
        """Return the state with one more run.

        Args:
            stored: the run, not yet part of this state.
            failures_after: asked only when a completed run arrives later than failed ones that
                followed it.
        """
        state = self._with_verification(stored.verification)
        if not stored.run.is_backup:
            return state
        return replace(
            state,
            runs=sums.counted(self.runs, stored.run.status),
            uploaded_bytes=sums.added(self.uploaded_bytes, stored.run.counts.uploaded_bytes),
            last=_later(self.last, stored),
            last_completed=self._last_completed_with(stored),
            measured=self._measured_with(stored),
            consecutive_failures=self._failures_with(stored, failures_after),
            recent=newest(self.recent, _recent(stored), RECENT_RUNS),
            reported=self._reported_with(stored),
            completed=self._completed_with(stored),
            starts=with_start(self.starts, stored.started),
        )

    def without_stand_in(self, stored: StoredRun, last: StoredRun | None) -> "JobState":
        """Return the state without a run that stood in for its report: it failed, counting nothing.

        Args:
            stored: the run, part of this state.
            last: the one of the other runs that started last.
        """
        completed = self.last_completed
        failed_since = completed is None or completed.order < stored.order
        return replace(
            self,
            runs=sums.counted(self.runs, stored.run.status, -1),
            last=last,
            consecutive_failures=self.consecutive_failures - failed_since,
            recent=tuple(run for run in self.recent if run.id != stored.id),
            starts=without_start(self.starts, stored.started),
        )

    def with_plan(self, start: Millis, interval: Millis | None, now: Millis) -> "JobState":
        """Return the state with what Duplicati's own scheduler plans, asked after the last run.

        A start that was planned after that run and has passed stays expected: Duplicati plans on
        when a run could not even begin.

        Args:
            start: when the next run is planned.
            interval: how far planned starts lie apart, at the widest; None where it is not told.
            now: when it was asked.
        """
        if self.last is None:
            return self
        started, run_id = self.last.order
        of_this_run = [run for run in self.reported if run.id == run_id]
        missed = [run.moment for run in of_this_run if started < run.moment <= now]
        planned = ReportedRun(started, run_id, min([start, *missed]), interval)
        others = tuple(run for run in self.reported if run.id != run_id)
        return replace(self, reported=newest(others, planned, RECENT_RUNS))

    def joined(self, other: "JobState", failures_after: FailuresAfter) -> "JobState":
        """Return the state of two jobs whose runs become one job's.

        Args:
            other: the other job's state.
            failures_after: counts the failed runs of both.
        """
        last_completed = _latest(self.last_completed, other.last_completed)
        since = last_completed.order if last_completed is not None else _BEFORE_ALL
        verified = [each for each in (self.verified, other.verified) if each is not None]
        return JobState(
            runs=sums.joined(self.runs, other.runs),
            uploaded_bytes=sums.added(self.uploaded_bytes, other.uploaded_bytes),
            last=_latest(self.last, other.last),
            last_completed=last_completed,
            measured=_latest(self.measured, other.measured),
            consecutive_failures=failures_after(since),
            recent=merged(self.recent, other.recent, RECENT_RUNS),
            completed=merged(self.completed, other.completed, COMPLETED_RUNS),
            verified=max(verified, key=lambda each: each.at, default=None),
            starts=newest_starts(tuple(sorted((*self.starts, *other.starts)))),
            reported=merged(self.reported, other.reported, RECENT_RUNS),
        )

    def _with_verification(self, found: Verification | None) -> "JobState":
        if found is None or (self.verified is not None and self.verified.at > found.at):
            return self
        return replace(self, verified=found)

    def _last_completed_with(self, stored: StoredRun) -> StoredRun | None:
        completed = stored.run.status.completed
        return _later(self.last_completed, stored) if completed else self.last_completed

    def _measured_with(self, stored: StoredRun) -> StoredRun | None:
        whole = stored.run.status is not Status.FATAL
        return _later(self.measured, stored) if whole else self.measured

    def _failures_with(self, stored: StoredRun, failures_after: FailuresAfter) -> int:
        if self.last_completed is not None and stored.order < self.last_completed.order:
            return self.consecutive_failures
        if not stored.run.status.completed:
            return self.consecutive_failures + 1
        if self.last is None or self.last.order < stored.order:
            return 0
        return failures_after(stored.order)

    def _reported_with(self, stored: StoredRun) -> tuple[ReportedRun, ...]:
        moment = stored.run.next_scheduled
        if moment is None:
            return self.reported
        entry = ReportedRun(stored.started, stored.id, moment - stored.ahead)
        return newest(self.reported, entry, RECENT_RUNS)

    def _completed_with(self, stored: StoredRun) -> tuple[CompletedRun, ...]:
        if not stored.run.status.completed:
            return self.completed
        counts = stored.run.counts
        entry = CompletedRun(
            stored.started,
            stored.id,
            stored.run.duration,
            counts.examined_bytes,
            counts.changed_files,
        )
        return newest(self.completed, entry, COMPLETED_RUNS)


class Job(Struct, frozen=True):
    """A backup of a server, what its runs add up to and what people set for it.

    The state is held packed, as it is stored: that takes 2 KB a job, and 14 KB as objects.
    """

    id: int
    server_id: int
    name: str
    packed: bytes
    settings: JobSettings = JobSettings()

    @classmethod
    def of(
        cls, job_id: int, server_id: int, name: str, state: JobState, settings: JobSettings
    ) -> "Job":
        """Return a job with a state."""
        return cls(job_id, server_id, name, pack(state), settings)

    @property
    def state(self) -> JobState:
        """What the runs add up to; unpacked by each call."""
        return _decoder.decode(self.packed)

    def with_state(self, state: JobState) -> "Job":
        """Return the job with another state."""
        return replace(self, packed=pack(state))


_decoder = msgpack.Decoder(JobState)


def pack(state: JobState) -> bytes:
    """Write a state as it is kept."""
    return msgpack.encode(state)


def _later(known: StoredRun | None, stored: StoredRun) -> StoredRun:
    return stored if known is None or known.order < stored.order else known


def _recent(stored: StoredRun) -> RecentRun:
    """Believe no length beyond the arrival of the report: the next runs are waited for as long."""
    duration = stored.run.duration
    if duration is not None and stored.run.began == stored.started:
        duration = min(duration, stored.received + CLOCK_TOLERANCE - stored.started)
    return RecentRun(stored.started, stored.id, duration)


def _latest(one: StoredRun | None, other: StoredRun | None) -> StoredRun | None:
    return one if other is None else _later(one, other)
