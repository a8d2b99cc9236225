"""The current state of every server and job, in memory.

Updated by the store, read by the routes and by the scrape. A job becomes overdue by time alone:
deadlines are sorted, so counting the overdue ones costs the same for ten and ten thousand jobs.
"""

from collections.abc import Callable, Iterable, Iterator

from exporter.fleet.change_count import ChangeCount
from exporter.fleet.directory import Directory
from exporter.fleet.evaluation import Evaluated, Evaluations
from exporter.fleet.live_runs import LiveRunIndex
from exporter.fleet.lookalikes import Lookalikes
from exporter.fleet.newest import Newest
from exporter.fleet.pending import Pending
from exporter.fleet.unposted import MissingReports
from exporter.fleet.views import (
    FleetChanges,
    FleetSnapshot,
    JobSelection,
    JobView,
    Totals,
)
from exporter.fleet.watching import ChangedJobs, JobWatch, parts
from exporter.jobs.job import Job
from exporter.model import Server
from exporter.model.live import REPORT_TIMEOUT, STALL_AFTER, LiveRun, LiveStatus
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import Millis

_NOTHING = Change()


class Fleet(Directory):
    """Every server and job. Thread-safe for reading; `apply` needs one caller at a time.

    An answer has a change whole or not at all. `reports` has arrivals, `changing` counts changes.
    """

    def __init__(
        self, policy: SchedulePolicy, created: Millis, stall_after: Millis = STALL_AFTER
    ) -> None:
        """Start empty; before it was `created` nothing was missed, and no report is newer."""
        self.changing = ChangeCount()
        super().__init__(self.changing.lock)
        self._lookalikes = Lookalikes()
        self._live = LiveRunIndex(stall_after)
        self._evaluations = Evaluations(policy, self._live, self._servers, self._jobs)
        self._evaluated = Evaluated(self._lock, self._evaluations)
        self.created = created
        self.reports = Newest()
        self._pending = Pending()
        self.changed = self._pending.changed

    def apply(self, change: Change) -> None:
        """Apply what the store changed; most of what it only notes changes nothing here."""
        if change == _NOTHING:
            return
        with self.changing:
            self._apply(change, self._evaluations.put)

    def replace_all(self, everything: Change) -> None:
        """Take this in the place of all that is known: what it does not name is gone."""
        with self.changing:
            gone = self._servers.ids() - {server.id for server in everything.servers}
            jobs = self._jobs.ids() - {job.id for job in everything.jobs}
            self._apply(Change((), (), (), tuple(gone), tuple(jobs)), self._evaluations.put)
            self._apply(everything, self._evaluations.wait)

    def _apply(self, change: Change, evaluate: Callable[[Job], None]) -> None:
        for job_id, whole_id in change.joined:
            self._live.join(job_id, whole_id)
        for job_id in change.removed_jobs:
            self._remove_job(job_id)
        for server in change.servers:
            self._put_server(server)
        for server_id in self._servers.lead(change.machine_ids):
            self._evaluate_again(self._jobs.of(server_id))
        for job in change.jobs:
            self._put_job(job)
            evaluate(job)
        for server_id in change.removed_servers:
            self._remove_server(server_id)

    def judge_by(self, policy: SchedulePolicy, stall_after: Millis) -> Iterator[None]:
        """Judge all by this from now on, some at each step: between them others have the lock."""
        with self.changing:
            self._evaluations.policy, self._live.stall_after = policy, stall_after
            job_ids = list(self._jobs.ids())
        for some in parts(job_ids):
            with self.changing:
                self._evaluate_again(some)
            yield

    def resume(
        self,
        runs: Iterable[tuple[int, LiveRun]],
        now: Millis,
        listening_since: Millis,
        left: Millis = 0,
    ) -> None:
        """Restore at startup the runs that were in progress; the daemon `left` at a time."""
        with self.changing:
            self._evaluate_again(self._live.resume(runs, now, listening_since, left))
            self._live.forget_reported_failures(now)

    @property
    def patience(self) -> Millis:
        """How long after it was last heard of a run is late, whether it ended or not."""
        return max(self._live.stall_after, REPORT_TIMEOUT)

    def listen_since(self, at: Millis) -> None:
        """Note that nobody could be heard until a time."""
        with self.changing:
            self._evaluate_again(self._live.listen_since(at))

    def apply_live_run(self, job_id: int, run: LiveRun) -> None:
        """Take over what is known of a run that another daemon heard."""
        with self.changing:
            self._live.apply_live_run(job_id, run)
            self._evaluate_again([job_id])

    def shift_live(self, by: Millis, now: Millis) -> None:
        """Correct the times of live reports after the clock was set."""
        with self.changing:
            self._evaluate_again(self._live.shift(by, now))

    def apply_live_report(
        self, job_id: int, activity: LiveStatus, received: Millis
    ) -> LiveRun | None:
        """Apply a live report of a job; return what is known of its run now."""
        with self.changing:
            if self._jobs.get(job_id) is None:
                return None
            self._evaluations.of(job_id)  # tells the live runs which of them were reported
            self._live.apply_live_report(job_id, activity, received)
            self._evaluate_again([job_id])
            return self._live.newest(job_id)

    def ended_without_report(self, job_id: int) -> LiveRun | None:
        """Return the newest live run of a job if it ended and no report of it came."""
        with self._lock:
            return self._live.ended_without_report(job_id)

    def failed_without_report(self, now: Millis) -> list[tuple[int, LiveRun]]:
        """Return the runs that failed and whose report should have come by now."""
        with self._lock:
            return self._live.failed_without_report(now)

    def clear_pending_failure(self, job_id: int, run: LiveRun) -> None:
        """Forget that the report of a failed run is waited for."""
        with self.changing:
            self._live.clear_pending_failure(job_id, run)

    def evaluate(self) -> None:
        """Evaluate the jobs that wait, so that who asks for all of them finds little to do."""
        self._evaluated.evaluate()

    def totals(self, now: Millis) -> Totals:
        """Return the totals of the whole fleet."""
        with self._evaluated:
            return self._totals(now)

    def count_errored(self) -> int:
        """Return how many jobs could not be evaluated, by an internal error."""
        with self._evaluated:
            return len(self._evaluations.errored)

    def changes_since_last_call(self, now: Millis) -> FleetChanges:
        """Return what changed since the last call: for one caller, which keeps the rest.

        A job is included when a report or a person changed it, and when its deadline or the time at
        which it becomes stalled or misses a report is between the last call and now.
        """
        with self._evaluated:
            self._evaluate_again(tuple(self._evaluations.errored))
            self.changing.count()
            pending = self._pending
            passed = self._evaluations.deadlines.between(pending.since, now)
            pending.jobs.update(passed, self._live.changed_between(pending.since, now))
            views = self._part(pending.jobs).jobs
            changes = FleetChanges(
                totals=self._totals(now),
                servers=tuple(filter(None, map(self._servers.get, sorted(pending.servers)))),
                jobs=tuple(views),
                removed_servers=tuple(pending.servers - self._servers.ids()),
                removed_jobs=tuple(pending.jobs.difference(view.job.id for view in views)),
                errored=frozenset(self._evaluations.errored),
            )
            pending.start_again(now)  # not before: after a failure they are still pending
            return changes

    def watch_jobs(self) -> JobWatch:
        """Return a watch of the jobs, to which all are new."""
        with self._lock:
            return self._pending.watches.open(self._jobs.ids())

    def take_changed(self, watch: JobWatch) -> ChangedJobs:
        """Return some jobs that changed since they were last taken for a watch."""
        with self._evaluated:
            taken = watch.take()
            views, errored = self._part(taken)
            return ChangedJobs(views, sorted(taken - self._jobs.ids()), errored, taken)

    def job(self, job_id: int) -> JobView | None:
        """Return a backup job by its id."""
        with self._lock:
            return self._view(job_id) if self._evaluations.is_backup(job_id) else None

    def jobs(self) -> list[JobView]:
        """Return every backup job, in the order of their ids."""
        with self._evaluated:
            return self._part(self._jobs.ids()).jobs

    def snapshot(self, now: Millis) -> FleetSnapshot:
        """Return the totals, every backup job and those that could not be evaluated, at once."""
        with self._evaluated:
            return FleetSnapshot(self._totals(now), *self._part(self._jobs.ids()))

    def of_server(self, server_id: int) -> JobSelection:
        """Return the backup jobs of a server and those that could not be evaluated, at once."""
        with self._evaluated:
            return self._part(self._jobs.of(server_id))

    def overdue(self, now: Millis) -> list[JobView]:
        """Return the overdue jobs, the longest overdue first."""
        with self._evaluated:
            return list(map(self._view, self._evaluations.deadlines.before(now)))

    def missing_reports(self, now: Millis) -> list[tuple[Server, MissingReports]]:
        """Return the servers whose reports do not come, in the order of their ids."""
        with self._evaluated:
            found = sorted(self._evaluations.unposted.missing(now))
            return [(self._servers[each.server_id], each) for each in found]

    def _part(self, job_ids: Iterable[int]) -> JobSelection:
        known = filter(self._evaluations.is_backup, sorted(job_ids))
        return JobSelection(
            list(map(self._view, known)), sorted(self._evaluations.errored.intersection(job_ids))
        )

    def _view(self, job_id: int) -> JobView:
        job = self._jobs[job_id]
        server = self._servers[job.server_id]
        duplicate = self._lookalikes.before(job_id, self._evaluations.of)
        held = self._evaluations[job_id]  # before what it tells the live runs is asked for
        running, awaited = self._live.running(job_id), self._live.awaited(job_id)
        known = held.health, held.schedule, held.expectation
        return JobView(server, job, *known, running, duplicate, awaited)

    def _totals(self, now: Millis) -> Totals:
        sums, reported = self._evaluations.sums, self.reports.newest
        return Totals(
            **sums._asdict(),
            servers=len(self._servers),
            overdue=self._evaluations.deadlines.count_before(now),
            last_report=min(self.created, now) if reported is None else reported,
            running=self._live.count(),
            listening_since=self._live.listening_since,
            has_reported=reported is not None,
        )

    def _put_server(self, server: Server) -> None:
        self._pending.servers.add(server.id)
        if server.last_report:
            self.reports.put(server.id, server.last_report)
        if self._servers.put(server):
            self._evaluate_again(self._jobs.of(server.id))

    def _remove_server(self, server_id: int) -> None:
        self._servers.remove(server_id)
        self._pending.servers.add(server_id)
        self._jobs.forget_server(server_id)
        self.reports.remove(server_id)

    def _put_job(self, job: Job) -> None:
        self._jobs.put(job)
        self._lookalikes.put(job)
        self._pending.note_job(job.id)

    def _evaluate_again(self, job_ids: Iterable[int]) -> None:
        for job in filter(None, map(self._jobs.get, job_ids)):
            self._pending.note_job(job.id)
            self._evaluations.put(job)

    def _remove_job(self, job_id: int) -> None:
        self._lookalikes.remove(job_id)
        self._live.remove(job_id)
        self._jobs.remove(job_id)
        self._evaluations.remove(job_id)
        self._pending.note_job(job_id)
