"""The conditions that hold for a backup job at a time.

Pure. Several may hold for a job: it is named by the worst, and counted in each, so that the counts
are those of the API and of the metrics.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from exporter.fleet.views import JobView
from exporter.jobs.ageing import old_from
from exporter.jobs.health import (
    comes_unnamed,
    has_shrunk,
    is_damaged,
    is_failing,
    is_unusual,
)
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import Status
from exporter.model.conditions import Condition
from exporter.schedule.expressions import Off
from exporter.times import Millis

Held: TypeAlias = tuple[Condition, ...]
"""All that holds for a job, worst first; at least one."""


def conditions(view: JobView, now: Millis) -> Held:
    """Return all that holds for a job now, worst first; at least one."""
    health, schedule, stalled = view.health, view.schedule, view.stalled(now)
    holding = (  # pairs: a page asks this of ten thousand jobs, and a member's hash is slow
        (Condition.OVERDUE, view.overdue(now)),
        (Condition.FAILING, view.failing),
        (Condition.DAMAGED, health.damaged),
        (Condition.STALE, _is_stale(view, now)),
        (Condition.STALLED, stalled),
        (Condition.UNREPORTED, bool(view.awaited) and view.unreported(now) is not None),
        (Condition.INTERRUPTED, health.last is Status.INTERRUPTED),
        (Condition.SHRINKING, health.shrunk),
        (Condition.FILLING, health.filling(now)),
        (Condition.SECOND_COPY, health.copies_missed or _is_copy_old(view, now)),
        (Condition.GONE, health.gone is not None and not health.gone_confirmed),
        (Condition.UNNAMED, health.unnamed),
        (Condition.UNUSUAL, health.unusual),
        (Condition.WARNING, health.warned),
        (Condition.RUNNING, view.running is not None and not stalled),
        (Condition.WAITING, health.last is None),
        (Condition.MUTED, view.muted(now)),
        (Condition.PAUSED, schedule.paused),
        (Condition.OFF, health.gone_confirmed or isinstance(schedule.plan, Off)),
    )
    return tuple([each for each, holds in holding if holds]) or (Condition.FINE,)


BY_RUNS = frozenset(
    {
        Condition.FAILING,
        Condition.DAMAGED,
        Condition.INTERRUPTED,
        Condition.SHRINKING,
        Condition.UNNAMED,
        Condition.UNUSUAL,
        Condition.WARNING,
    }
)
"""The conditions that the runs of a job decide alone, whatever the time and the schedule."""


def held_by_runs(job: Job, state: JobState) -> tuple[Condition, ...]:
    """Return those conditions of `BY_RUNS` that hold for a job in a state, worst first."""
    last, good = state.last, state.last_completed
    holding = (
        (Condition.FAILING, is_failing(job, state)),
        (Condition.DAMAGED, is_damaged(state)),
        (Condition.INTERRUPTED, last is not None and last.run.status is Status.INTERRUPTED),
        (Condition.SHRINKING, has_shrunk(state)),
        (Condition.UNNAMED, comes_unnamed(job, state)),
        (Condition.UNUSUAL, is_unusual(state)),
        (Condition.WARNING, good is not None and good.status is Status.WARNING),
    )
    return tuple([each for each, holds in holding if holds])


class EvaluatedJob(NamedTuple):
    """A job and all that holds for it, worst first."""

    view: JobView
    held: Held

    @property
    def is_excused(self) -> bool:
        """Whether a person muted or paused it, so that what is wrong with it troubles nobody."""
        return is_excused(self.held)

    @property
    def in_trouble(self) -> bool:
        """Whether somebody should look at it, even if a person said that nobody need be told."""
        return in_trouble(self.held)


def is_excused(held: Held) -> bool:
    """Return whether a person muted or paused a job, so that what is wrong troubles nobody."""
    return Condition.MUTED in held or Condition.PAUSED in held


def in_trouble(held: Held) -> bool:
    """Return whether somebody should look at a job, even if nobody need be told."""
    return held[0].is_trouble


def evaluate_all(views: Iterable[JobView], now: Millis) -> list[EvaluatedJob]:
    """Evaluate jobs once, for all that a page says of them."""
    return [EvaluatedJob(view, conditions(view, now)) for view in views]


def stale_from(view: JobView) -> Millis | None:
    """Return from when on a job is stale if no run completes and it is not paused; None: never."""
    expected, health = view.expectation, view.health
    success = health.first_start if health.last_good is None else health.last_good
    if expected is None or success is None:
        return None
    return old_from(success, expected.interval)


def _is_stale(view: JobView, now: Millis) -> bool:
    """Return whether the last success, or the first run where there was none, is too long ago."""
    from_when = stale_from(view)
    return from_when is not None and now > from_when and not _is_suspended(view, now)


def _is_copy_old(view: JobView, now: Millis) -> bool:
    return view.health.copies_old(now) and not _is_suspended(view, now)


def _is_suspended(view: JobView, now: Millis) -> bool:
    """Return whether a job is paused, so that no run is expected: nothing becomes stale then."""
    expected = view.expectation
    paused = expected is not None and expected.paused and now > expected.deadline
    return paused and view.running is None
