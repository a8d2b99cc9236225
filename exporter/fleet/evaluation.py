"""Evaluates jobs: each one's share of the fleet's totals, and what is expected of it.

At a start all jobs wait: each is evaluated when it is asked for, and all of them before anything is
said of all. So a daemon takes reports long before it has looked at a hundred thousand jobs.
"""

import logging
import threading
import time

from exporter.fleet.deadlines import DeadlineIndex
from exporter.fleet.jobs import Jobs
from exporter.fleet.live_runs import LiveRunIndex
from exporter.fleet.servers import Servers
from exporter.fleet.totals import ZERO, JobTotals, TotalsByJob
from exporter.fleet.unposted import UnpostedRuns
from exporter.fleet.views import Evaluation
from exporter.jobs.health import JobHealth
from exporter.jobs.job import Job
from exporter.jobs.reported import reported_until
from exporter.logs import log_fields
from exporter.model import Server
from exporter.schedule import Schedule, expect
from exporter.schedule.policy import SchedulePolicy

EVALUATED_AT_ONCE = 20
"""Two milliseconds, for which reports wait: a job takes as long as to take four that changed."""

_PAUSE_SECONDS = 0.0001
"""Whoever waits for the lock needs time to take it; otherwise it is taken again at once."""

_log = logging.getLogger(__name__)


class Evaluations:
    """What holds for each job, their totals and deadlines. Needs one caller at a time.

    `errored` are the jobs whose evaluation failed: they alone are left out.
    """

    def __init__(
        self, policy: SchedulePolicy, live: LiveRunIndex, servers: Servers, jobs: Jobs
    ) -> None:
        self.policy = policy
        self._live = live
        self._servers = servers
        self._jobs = jobs
        self._totals = TotalsByJob()
        self._by_job: dict[int, Evaluation] = {}
        self._errored: set[int] = set()
        self._deadlines = DeadlineIndex()
        self._waiting: dict[int, None] = {}
        self._unposted = UnpostedRuns()

    @property
    def sums(self) -> JobTotals:
        """The totals of all jobs."""
        self._evaluate_waiting()
        return self._totals.sums

    @property
    def errored(self) -> set[int]:
        """The jobs whose evaluation failed."""
        self._evaluate_waiting()
        return self._errored

    @property
    def deadlines(self) -> DeadlineIndex:
        """The deadline of each job that has one."""
        self._evaluate_waiting()
        return self._deadlines

    @property
    def unposted(self) -> UnpostedRuns:
        """The jobs whose newest run was pulled, and not posted."""
        self._evaluate_waiting()
        return self._unposted

    @property
    def are_waiting(self) -> bool:
        """Whether there are jobs that are not evaluated yet. Any thread may ask."""
        return bool(self._waiting)

    def __getitem__(self, job_id: int) -> Evaluation:
        self._evaluate_now(job_id)
        return self._by_job[job_id]

    def of(self, job_id: int) -> Evaluation | None:
        """Return what holds for a job; None where it could never be evaluated."""
        self._evaluate_now(job_id)
        return self._by_job.get(job_id)

    def is_backup(self, job_id: int) -> bool:
        """Whether a job made or started a backup, or is expected to."""
        self._evaluate_now(job_id)
        return bool(self._totals.of(job_id).jobs)

    def wait(self, job: Job) -> None:
        """Evaluate a job later, before anything is said of it."""
        self._waiting[job.id] = None

    def evaluate_some(self, most: int) -> None:
        """Evaluate some of the jobs that wait."""
        for _ in range(min(most, len(self._waiting))):
            job_id, _none = self._waiting.popitem()
            self.put(self._jobs[job_id])

    def put(self, job: Job) -> None:
        """Evaluate a job; where that fails, it alone is left out."""
        self._waiting.pop(job.id, None)
        try:
            server = self._servers[job.server_id]
            schedule = self._schedule(job, server)
            totals, evaluation = evaluate(job, schedule, self._live)
        except Exception:  # noqa: BLE001 - nothing is known of what a bug may raise
            if job.id not in self._errored:
                _log.exception("job evaluation failed", extra=log_fields(job_id=job.id))
            self._errored.add(job.id)
            self._totals.put(job.id, ZERO)
            self._deadlines.set(job.id, None)
            return
        self._errored.discard(job.id)
        self._by_job[job.id] = evaluation
        newest = self._live.newest(job.id)
        self._unposted.put(job, evaluation.health, None if newest is None else newest.first_since)
        self._totals.put(job.id, totals)
        expected = evaluation.expectation
        self._deadlines.set(job.id, None if expected is None else expected.effective_deadline)

    def remove(self, job_id: int) -> None:
        """Forget a job."""
        self._waiting.pop(job_id, None)
        self._totals.remove(job_id)
        self._unposted.remove(job_id)
        self._by_job.pop(job_id, None)
        self._errored.discard(job_id)
        self._deadlines.set(job_id, None)

    def _schedule(self, job: Job, server: Server) -> Schedule:
        more_ids = self._servers.more_ids(server.id)
        return self.policy.schedule(server, job.name, job.settings, more_ids)

    def _evaluate_now(self, job_id: int) -> None:
        if job_id in self._waiting:
            self.put(self._jobs[job_id])

    def _evaluate_waiting(self) -> None:
        if self._waiting:
            self.evaluate_some(len(self._waiting))


class Evaluated:
    """The lock of a fleet, taken once its jobs are evaluated: in parts, so that reports get it."""

    def __init__(self, lock: threading.Lock, evaluations: Evaluations) -> None:
        self._lock = lock
        self._evaluations = evaluations

    def __enter__(self) -> None:
        self.evaluate()
        self._lock.acquire()

    def evaluate(self) -> None:
        """Evaluate the jobs that wait, with a pause between two parts."""
        while self._evaluate_part():
            time.sleep(_PAUSE_SECONDS)

    def _evaluate_part(self) -> bool:
        """Evaluate some of the jobs that wait; return whether others still do."""
        if not self._evaluations.are_waiting:
            return False
        with self._lock:
            self._evaluations.evaluate_some(EVALUATED_AT_ONCE)
        return self._evaluations.are_waiting

    def __exit__(self, *_error: object) -> None:
        self._lock.release()


def evaluate(job: Job, schedule: Schedule, live: LiveRunIndex) -> tuple[JobTotals, Evaluation]:
    """Evaluate a job; its live run is over where the newest recorded run covers it."""
    state = job.state
    newest = live.newest(job.id)
    if newest is not None:
        live.note_reported(job.id, reported_until(state))
    health = JobHealth.from_state(job, state)
    exists = state.is_backup or state.is_expected or newest is not None
    totals = JobTotals.from_state(state, exists=exists, failing=health.failing)
    expected = expect(state, schedule, live.first_start(job.id))
    suppressed = expected and expected.suppressed_until(live.overdue_suppressed_until(job.id))
    return totals, Evaluation(health, schedule, suppressed)
