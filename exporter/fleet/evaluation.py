"""Evaluates jobs: each one's share of the fleet's totals, and what is expected of it."""

import logging

from exporter.fleet.deadlines import DeadlineIndex
from exporter.fleet.live_runs import LiveRunIndex
from exporter.fleet.totals import ZERO, JobTotals, TotalsByJob
from exporter.fleet.views import Evaluation
from exporter.jobs.health import JobHealth
from exporter.jobs.job import Job
from exporter.logs import log_fields
from exporter.model import Server
from exporter.schedule import expect
from exporter.schedule.policy import SchedulePolicy

_log = logging.getLogger(__name__)


class Evaluations:
    """What holds for each job, their totals and deadlines. Needs one caller at a time.

    `errored` are the jobs whose evaluation failed: they alone are left out.
    """

    def __init__(self, policy: SchedulePolicy, live: LiveRunIndex) -> None:
        self.policy = policy
        self._live = live
        self._totals = TotalsByJob()
        self.by_job: dict[int, Evaluation] = {}
        self.errored: set[int] = set()
        self.deadlines = DeadlineIndex()

    @property
    def sums(self) -> JobTotals:
        """The totals of all jobs."""
        return self._totals.sums

    def is_backup(self, job_id: int) -> bool:
        """Whether a job made or started a backup."""
        return bool(self._totals.of(job_id).jobs)

    def put(self, job: Job, server: Server) -> None:
        """Evaluate a job; where that fails, it alone is left out."""
        try:
            totals, evaluation = evaluate(job, server, self.policy, self._live)
        except Exception:  # noqa: BLE001 - nothing is known of what a bug may raise
            if job.id not in self.errored:
                _log.exception("job evaluation failed", extra=log_fields(job_id=job.id))
            self.errored.add(job.id)
            self._totals.put(job.id, ZERO)
            self.deadlines.set(job.id, None)
            return
        self.errored.discard(job.id)
        self.by_job[job.id] = evaluation
        self._totals.put(job.id, totals)
        expected = evaluation.expectation
        self.deadlines.set(job.id, None if expected is None else expected.effective_deadline)

    def remove(self, job_id: int) -> None:
        """Forget a job."""
        self._totals.remove(job_id)
        self.by_job.pop(job_id, None)
        self.errored.discard(job_id)
        self.deadlines.set(job_id, None)


def evaluate(
    job: Job, server: Server, policy: SchedulePolicy, live: LiveRunIndex
) -> tuple[JobTotals, Evaluation]:
    """Evaluate a job; its live run is over where the newest recorded run covers it."""
    state = job.state
    live.note_recorded_run(job.id, None if state.last is None else state.last.started)
    newest = live.newest(job.id)
    health = JobHealth.from_state(job, state)
    exists = state.is_backup or newest is not None
    totals = JobTotals.from_state(state, exists=exists, failing=health.failing)
    schedule = policy.schedule(server, job.name, job.settings)
    expected = expect(state, schedule, None if newest is None else newest.since)
    suppressed = expected and expected.suppressed_until(live.overdue_suppressed_until(job.id))
    return totals, Evaluation(health, schedule, suppressed)
