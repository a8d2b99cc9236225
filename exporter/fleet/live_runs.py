"""The live runs of all jobs, in memory: which are in progress, and which are stalled.

A run becomes stalled by the time of the call alone. The times at which runs become stalled are
sorted, as deadlines are, so what changed is found without the others.
"""

from collections.abc import Iterable

from msgspec import Struct

from exporter.fleet.deadlines import DeadlineIndex
from exporter.model.live import REPORT_TIMEOUT, LiveRun, LiveStatus
from exporter.times import Millis


class Running(Struct, frozen=True):
    """A run that has started and not ended, and the time from which it is stalled."""

    run: LiveRun
    stalled_from: Millis

    def stalled(self, now: Millis) -> bool:
        """Whether it has sent no live report for too long."""
        return now > self.stalled_from


class LiveRunIndex:
    """The newest live run of each job that ever had one. Not thread-safe."""

    def __init__(self, stall_after: Millis) -> None:
        self.stall_after = stall_after
        self._heard_from: Millis = 0
        self.listening_since: Millis = 0
        self._runs: dict[int, LiveRun] = {}
        self._recorded_starts: dict[int, Millis] = {}
        self._failed: dict[tuple[int, Millis], LiveRun] = {}
        self._stall_deadlines = DeadlineIndex()
        self._running: set[int] = set()

    def resume(
        self, runs: Iterable[tuple[int, LiveRun]], now: Millis, listening_since: Millis
    ) -> list[int]:
        """Restore what was known before a restart: no report could arrive in between.

        Returns the jobs that had a run.
        """
        known = {job_id: run.shifted(0, now) for job_id, run in runs}
        self.listening_since = listening_since
        if known:
            self._heard_from = listening_since
        for job_id, run in known.items():
            self._put(job_id, run)
        return list(known)

    def listen_since(self, at: Millis) -> list[int]:
        """Note that nobody could be heard until a time; return the jobs that have a run."""
        self.listening_since = self._heard_from = at
        for job_id in self._runs:
            self._reindex(job_id)
        return list(self._runs)

    def apply_live_run(self, job_id: int, run: LiveRun) -> None:
        """Take over what is known of a run that another daemon heard."""
        self._put(job_id, run)

    def shift(self, by: Millis, now: Millis) -> list[int]:
        """Shift the times of runs after our clock was set; return the jobs that have a run."""
        self._heard_from = min(self._heard_from + by, now)
        self.listening_since = min(self.listening_since + by, now)
        self._failed = {key: run.shifted(by, now) for key, run in self._failed.items()}
        for job_id, run in self._runs.items():
            self._runs[job_id] = run.shifted(by, now)
            self._reindex(job_id)
        return list(self._runs)

    def apply_live_report(self, job_id: int, activity: LiveStatus, received: Millis) -> None:
        """Apply a live report."""
        known = self._runs.get(job_id)
        if known is None:
            self._put(job_id, LiveRun.first(activity, received))
        else:
            self._put(job_id, known.with_report(activity, received))

    def note_recorded_run(self, job_id: int, started: Millis | None) -> None:
        """Note the start of a job's newest recorded run, which ends the live run that it covers."""
        if started is not None:
            self._recorded_starts[job_id] = started
        self._reindex(job_id)

    def remove(self, job_id: int) -> None:
        """Forget a job."""
        self._runs.pop(job_id, None)
        self._recorded_starts.pop(job_id, None)
        self._reindex(job_id)

    def newest(self, job_id: int) -> LiveRun | None:
        """Return the newest run of a job, also one that ended."""
        return self._runs.get(job_id)

    def running(self, job_id: int) -> Running | None:
        """Return the run of a job that has started and not ended."""
        run = self._unreported_run(job_id)
        if run is None or run.activity.ended:
            return None
        return Running(run, self._heard(run) + self.stall_after)

    def overdue_suppressed_until(self, job_id: int) -> Millis:
        """Return until when a job is not overdue because it runs or its report is on its way.

        0 if neither is the case.
        """
        run = self._unreported_run(job_id)
        if run is None:
            return 0
        return self._heard(run) + (REPORT_TIMEOUT if run.activity.ended else self.stall_after)

    def failed_without_report(self, now: Millis) -> list[tuple[int, LiveRun]]:
        """Return the runs that failed and whose report should have come by now."""
        waiting = ((job_id, run) for (job_id, _), run in self._failed.items())
        return [(job_id, run) for job_id, run in waiting if run.is_unreported(now)]

    def clear_pending_failure(self, job_id: int, run: LiveRun) -> None:
        """Forget that the report of a failed run is waited for."""
        self._failed.pop((job_id, run.activity.began), None)

    def count(self) -> int:
        """Return how many jobs have a run in progress."""
        return len(self._running)

    def stall_changed_between(self, one: Millis, other: Millis) -> list[int]:
        """Return the jobs that are stalled at one of two times and not at the other."""
        return self._stall_deadlines.between(one, other)

    def _heard(self, run: LiveRun) -> Millis:
        return max(run.heard, self._heard_from)

    def _unreported_run(self, job_id: int) -> LiveRun | None:
        run = self._runs.get(job_id)
        return None if run is None or run.is_covered_by(self._recorded_starts.get(job_id)) else run

    def _put(self, job_id: int, run: LiveRun) -> None:
        self._runs[job_id] = run
        if run.activity.failed:
            # The next run may start before the report of this one is given up.
            self._failed[job_id, run.activity.began] = run
        self._reindex(job_id)

    def _reindex(self, job_id: int) -> None:
        running = self.running(job_id)
        self._stall_deadlines.set(job_id, None if running is None else running.stalled_from)
        if running is None:
            self._running.discard(job_id)
        else:
            self._running.add(job_id)
