"""The order of jobs for those who can look at a few only. Pure."""

from collections.abc import Iterable
from heapq import nsmallest
from typing import TypeAlias

from exporter.conditions.evaluate import EvaluatedJob
from exporter.fleet.views import JobView
from exporter.model.conditions import Condition
from exporter.times import Millis

Place: TypeAlias = tuple[bool, int, Millis, str, str, int]


def place(job: EvaluatedJob) -> Place:
    """Return the sort key of a job: the worst condition, since when it may hold, then the names.

    Muted and paused jobs come after all that somebody should look at.
    """
    view, worst = job.view, job.held[0]
    names = (view.server.shown_name.casefold(), view.job.name.casefold(), view.job.id)
    earliest = _earliest(view, worst) if job.in_trouble else 0
    return (job.is_excused or not job.in_trouble, worst.rank, earliest, *names)


def worst_in_trouble(jobs: Iterable[EvaluatedJob], most: int) -> list[EvaluatedJob]:
    """Return the worst of the jobs in trouble that are neither muted nor paused, worst first."""
    return nsmallest(most, filter(troubles_somebody, jobs), key=place)


def troubles_somebody(job: EvaluatedJob) -> bool:
    """Return whether somebody should look at a job that is neither muted nor paused."""
    return job.in_trouble and not job.is_excused


def _earliest(view: JobView, worst: Condition) -> Millis:
    deadline = view.effective_deadline if worst is Condition.OVERDUE else None
    return view.health.last_good or 0 if deadline is None else deadline
