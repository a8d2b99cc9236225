"""The present values of a job and of the whole fleet, as Home Assistant gets them. Pure."""

from collections.abc import Iterable
from typing import Any

from exporter.conditions.causes import cause
from exporter.conditions.counts import StatusSummary
from exporter.conditions.evaluate import EvaluatedJob, Held, evaluate_all
from exporter.conditions.facts import reason
from exporter.conditions.faults import Fault
from exporter.conditions.overall import overall_state
from exporter.fleet.views import JobView
from exporter.jobs.state import JobState
from exporter.model import believed
from exporter.model.conditions import Condition
from exporter.templating import plain
from exporter.times import SECOND, Millis, format_timestamp

State = dict[str, Any]
"""A message before it is encoded as JSON; null is what is not known or does not apply."""

MAX_CAUSE = 300
"""The most characters of a cause."""


def job_state(view: JobView, now: Millis) -> State:
    """Return the values of a job now. It unpacks the job."""
    state = view.job.state
    (job,) = evaluate_all([view], now)
    return {
        "problem": _switch(is_problem(job)),
        "because": _because(job, state, now),
        "status": None if state.last is None else state.last.run.status.value,
        "last_success": _last_success(state, now),
        "next_due": _next_due(view),
        "size": None if state.last_complete is None else state.last_complete.examined_bytes,
        "duration": _duration(state),
        "running": _switch(view.running is not None),
        "progress": _progress(view),
    }


def fleet_state(summary: StatusSummary, faults: Iterable[Fault], version: str) -> State:
    """Return the totals of all jobs, and the state of everything in one word."""
    return {
        "state": overall_state(summary, faults).value,
        "failing": summary.count(Condition.FAILING),
        "overdue": summary.count(Condition.OVERDUE),
        "jobs": summary.all,
        "version": version,
    }


def is_problem(job: EvaluatedJob) -> bool:
    """Return whether somebody should look at a job that is neither muted nor paused."""
    return job.in_trouble and not job.is_excused


def _because(job: EvaluatedJob, state: JobState, now: Millis) -> State:
    return {
        "conditions": [each.value for each in job.held],
        "cause": _line(_cause(job.view, job.held, state, now)),
    }


def _cause(view: JobView, held: Held, state: JobState, now: Millis) -> str | None:
    """Return why the worst holds; not since when a job is stale, which would soon be wrong."""
    worst = held[0]
    return reason(state) if worst is Condition.STALE else cause(view, state, worst, now)


def _line(text: str | None) -> str | None:
    return plain(text, MAX_CAUSE) if text else None


def _switch(on: object) -> str:
    return "ON" if on else "OFF"


def _last_success(state: JobState, now: Millis) -> str | None:
    """Return when the last run that completed ended; an end in the future is of a wrong clock."""
    good = state.last_completed
    if good is None:
        return None
    return format_timestamp(good.started if good.over > now else good.over)


def _next_due(view: JobView) -> str | None:
    """Return when the next run should start; None where a job is paused."""
    expected = view.expectation
    if expected is None or expected.paused:
        return None
    return format_timestamp(expected.start)


def _duration(state: JobState) -> float | None:
    """Return how long the last run took, in seconds."""
    length = None if state.last is None else believed.known_length(state.last)
    return None if length is None else round(length / SECOND, 1)


def _progress(view: JobView) -> int | None:
    """Return how far the run in progress is, in whole percent: finer would be noise."""
    ratio = None if view.running is None else view.running.run.activity.progress.ratio
    return None if ratio is None else round(100 * min(max(ratio, 0.0), 1.0))
