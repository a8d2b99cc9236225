"""Evaluates a job: its share of the fleet's totals, and what is expected of it."""

from exporter.fleet.live_runs import LiveRunIndex
from exporter.fleet.totals import JobTotals
from exporter.fleet.views import Evaluation
from exporter.jobs.health import JobHealth
from exporter.jobs.job import Job
from exporter.model import Server
from exporter.schedule import expect
from exporter.schedule.policy import SchedulePolicy


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
