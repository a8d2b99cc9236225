"""What one word says of a backup job at a moment.

Pure. Several conditions may hold for a job: it is called by the worst, and counted in each, so
that the counts are those of the API and of the metrics.
"""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from exporter.fleet.views import JobView
from exporter.model import Status
from exporter.schedule.expressions import Off
from exporter.times import DAY, Millis

STALE_INTERVALS = 2
STALE_MARGIN: Millis = DAY
"""The last success is stale after so many of the usual pauses and so much more, as for the alerts
DuplistatusBackupTooOld and DuplistatusBackupNeverSucceeded."""


class Condition(Enum):
    """What holds for a job, worst first; the value is the word for it in addresses and answers.

    `rank` is the place in the order, 0 for the worst.
    """

    rank: int

    OVERDUE = "overdue"
    FAILING = "failing"
    DAMAGED = "damaged"
    STALE = "stale"
    STALLED = "stalled"
    INTERRUPTED = "interrupted"
    SHRINKING = "shrinking"
    SECOND_COPY = "second_copy"
    UNNAMED = "unnamed"
    WARNING = "warning"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    OFF = "off"
    FINE = "fine"

    def __init__(self, _value: str) -> None:
        self.rank = len(type(self).__members__)

    @property
    def word(self) -> str:
        """The word for people."""
        return str(self.value).replace("_", " ")

    @property
    def is_critical(self) -> bool:
        """Whether a backup is missing or cannot be relied on."""
        return self.rank < Condition.STALLED.rank

    @property
    def is_trouble(self) -> bool:
        """Whether somebody should look at the job."""
        return self.rank < Condition.WARNING.rank


def conditions(view: JobView, now: Millis) -> tuple[Condition, ...]:
    """Return all that holds for a job at a moment, worst first; never nothing."""
    health, schedule, stalled = view.health, view.schedule, view.stalled(now)
    holding = (  # pairs: a page asks this of ten thousand jobs, and a member's hash is slow
        (Condition.OVERDUE, view.overdue(now)),
        (Condition.FAILING, view.failing),
        (Condition.DAMAGED, health.damaged),
        (Condition.STALE, _is_stale(view, now)),
        (Condition.STALLED, stalled),
        (Condition.INTERRUPTED, health.last is Status.INTERRUPTED),
        (Condition.SHRINKING, health.shrunk),
        (Condition.SECOND_COPY, health.copies_missed or _is_copy_old(view, now)),
        (Condition.UNNAMED, health.unnamed),
        (Condition.WARNING, health.warned),
        (Condition.RUNNING, view.running is not None and not stalled),
        (Condition.WAITING, health.last is None),
        (Condition.PAUSED, schedule.paused),
        (Condition.OFF, isinstance(schedule.plan, Off)),
    )
    return tuple([each for each, holds in holding if holds]) or (Condition.FINE,)


class EvaluatedJob(NamedTuple):
    """A job and all that holds for it, worst first."""

    view: JobView
    held: tuple[Condition, ...]


def evaluate_all(views: Iterable[JobView], now: Millis) -> list[EvaluatedJob]:
    """Judge jobs once, for all that a page says of them at a moment."""
    return [EvaluatedJob(view, conditions(view, now)) for view in views]


def _is_stale(view: JobView, now: Millis) -> bool:
    """Tell whether the last success is too long ago, or the first run where there was none."""
    expected, health = view.expectation, view.health
    success = health.first_start if health.last_good is None else health.last_good
    if expected is None or success is None or _is_let_be(view, now):
        return False
    return now - success > STALE_INTERVALS * expected.interval + STALE_MARGIN


def _is_copy_old(view: JobView, now: Millis) -> bool:
    return view.health.copies_old(now) and not _is_let_be(view, now)


def _is_let_be(view: JobView, now: Millis) -> bool:
    """Tell whether a job is paused and so nobody waits for a run: nothing grows too old then."""
    expected = view.expectation
    paused = expected is not None and expected.paused and now > expected.deadline
    return paused and view.running is None
