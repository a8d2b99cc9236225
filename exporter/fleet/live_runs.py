"""The live runs of all jobs, in memory: in progress, stalled, or ended and not reported.

A run becomes stalled, and its report missing, by the time of the call alone. These times are
sorted, as deadlines are, so what changed is found without the others.
"""

from collections.abc import Iterable

from msgspec import Struct

from exporter.fleet.deadlines import DeadlineIndex, SeveralDeadlines
from exporter.model.live import BEFORE_ALL, REPORT_TIMEOUT, LiveRun, LiveStatus, later_run
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
        self._left: Millis = 0
        self.listening_since: Millis = 0
        self._runs: dict[int, LiveRun] = {}
        self._reported_until: dict[int, Millis] = {}
        self._awaited: dict[int, tuple[LiveRun, ...]] = {}
        self._failed: dict[tuple[int, Millis], LiveRun] = {}
        self._stall_deadlines = DeadlineIndex()
        self._report_deadlines = SeveralDeadlines()
        self._running: set[int] = set()

    def resume(
        self,
        runs: Iterable[tuple[int, LiveRun]],
        now: Millis,
        listening_since: Millis,
        left: Millis = 0,
    ) -> list[int]:
        """Restore what was known before a restart: no report could arrive in between.

        What was late already when the daemon `left` is late after it. Returns the jobs that had a
        run.
        """
        known = {job_id: run.shifted(0, now) for job_id, run in runs}
        self.listening_since = listening_since
        if known:
            self._heard_from, self._left = listening_since, min(left, now)
        for job_id, run in known.items():
            self._failed.update(((job_id, each.activity.began), each) for each in run.failed)
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
        self._left = min(self._left + by, now)
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
            run = known.with_report(activity, received)
            self._put(job_id, run.awaiting(self._until(job_id)))

    def note_reported(self, job_id: int, until: Millis) -> None:
        """Note that the live runs of a job that started until a time were reported."""
        self._reported_until[job_id] = until
        self._reindex(job_id)

    def join(self, job_id: int, whole_id: int) -> None:
        """Take over the live runs of a job that became part of another one, which is put next."""
        moved = {key: run for key, run in self._failed.items() if key[0] == job_id}
        for (_, began), run in moved.items():
            del self._failed[job_id, began]
            self._failed[whole_id, began] = run
        newest = later_run(self._runs.get(whole_id), self._runs.get(job_id))
        if newest is not None:
            self._runs[whole_id] = newest

    def remove(self, job_id: int) -> None:
        """Forget a job."""
        self._runs.pop(job_id, None)
        self._reported_until.pop(job_id, None)
        self._reindex(job_id)

    def newest(self, job_id: int) -> LiveRun | None:
        """Return the newest run of a job, also one that ended."""
        return self._runs.get(job_id)

    def running(self, job_id: int) -> Running | None:
        """Return the run of a job that has started and not ended."""
        run = self._unreported_run(job_id)
        if run is None or run.activity.ended:
            return None
        return Running(run, self._late_from(run, self.stall_after))

    def ended_without_report(self, job_id: int) -> LiveRun | None:
        """Return the newest run of a job if it ended, well or not, and no report of it came."""
        run = self._unreported_run(job_id)
        return run if run is not None and run.activity.ended else None

    def awaited(self, job_id: int) -> tuple[LiveRun, ...]:
        """Return the runs of a job that ended well and whose report has not come, oldest first."""
        return self._awaited.get(job_id, ())

    def first_start(self, job_id: int) -> Millis | None:
        """Return the start of the newest run of a job, or of the first that was not reported.

        One that ended without a report counts as no run, so the next one is expected after it.
        """
        awaited, newest = self.awaited(job_id), self._runs.get(job_id)
        first = awaited[0] if awaited else newest
        return None if first is None else first.since

    def overdue_suppressed_until(self, job_id: int) -> Millis:
        """Return until when a job is not overdue because it runs or its report is on its way.

        0 if neither is the case.
        """
        run = self._unreported_run(job_id)
        if run is None:
            return 0
        patience = REPORT_TIMEOUT if run.activity.ended else self.stall_after
        return self._late_from(run, patience)

    def failed_without_report(self, now: Millis) -> list[tuple[int, LiveRun]]:
        """Return the runs that failed and whose report should have come by now."""
        waiting = ((job_id, run) for (job_id, _), run in self._failed.items())
        return [(job_id, run) for job_id, run in waiting if run.is_failure_unreported(now)]

    def forget_reported_failures(self, now: Millis) -> None:
        """Miss no report by now of a run that was reported, or a later one, before the start.

        Its report may have been removed for its age.
        """
        for job_id, run in self.failed_without_report(now):
            if run.since <= self._until(job_id):
                self.clear_pending_failure(job_id, run)

    def clear_pending_failure(self, job_id: int, run: LiveRun) -> None:
        """Forget that the report of a failed run is waited for."""
        self._failed.pop((job_id, run.activity.began), None)

    def count(self) -> int:
        """Return how many jobs have a run in progress."""
        return len(self._running)

    def changed_between(self, one: Millis, other: Millis) -> frozenset[int]:
        """Return the jobs that are stalled, or miss a report, at one of two times and not both."""
        missing = self._report_deadlines.between(one, other)
        return missing.union(self._stall_deadlines.between(one, other))

    def _until(self, job_id: int) -> Millis:
        return self._reported_until.get(job_id, BEFORE_ALL)

    def _late_from(self, run: LiveRun, patience: Millis) -> Millis:
        """Return until when to wait for what comes next; while nobody listened nothing could."""
        late_from = run.heard + patience
        return late_from if late_from < self._left else max(run.heard, self._heard_from) + patience

    def _unreported_run(self, job_id: int) -> LiveRun | None:
        run = self._runs.get(job_id)
        return None if run is None or run.since <= self._until(job_id) else run

    def _put(self, job_id: int, run: LiveRun) -> None:
        self._runs[job_id] = run
        if run.activity.failed:
            # The next run may start before the report of this one is given up.
            self._failed[job_id, run.activity.began] = run
        self._reindex(job_id)

    def _reindex(self, job_id: int) -> None:
        self._reindex_awaited(job_id)
        running = self.running(job_id)
        self._stall_deadlines.set(job_id, None if running is None else running.stalled_from)
        if running is None:
            self._running.discard(job_id)
        else:
            self._running.add(job_id)

    def _reindex_awaited(self, job_id: int) -> None:
        run = self._runs.get(job_id)
        awaited = () if run is None else run.awaited(self._until(job_id))
        if not awaited and job_id not in self._awaited:
            return
        self._report_deadlines.set(job_id, [each.unreported_from for each in awaited])
        if awaited:
            self._awaited[job_id] = awaited
        else:
            del self._awaited[job_id]
