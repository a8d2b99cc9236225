"""What one word says of a backup job at a moment, and one sentence of many.

Pure. Several conditions may hold for a job: it is called by the worst, and counted in each, so
that the counts are those of the API and of the metrics.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from msgspec import Struct

from exporter.model import Status
from exporter.plans import Off
from exporter.times import DAY, Millis
from exporter.views import JobView

AGED_INTERVALS = 2
AGED_MORE: Millis = DAY
"""A last good run is old after so many of the usual pauses and so much more, as for the alert
DuplistatusBackupTooOld."""


class Condition(Enum):
    """What holds for a job, worst first; the value is the word for it.

    `rank` is the place in the order, 0 for the worst.
    """

    rank: int

    OVERDUE = "overdue"
    FAILING = "failing"
    DAMAGED = "damaged"
    STALLED = "stalled"
    OLD = "old"
    SHRINKING = "shrinking"
    WARNING = "warning"
    RUNNING = "running"
    NEW = "new"
    PAUSED = "paused"
    OFF = "off"
    FINE = "fine"

    def __init__(self, _word: str) -> None:
        self.rank = len(type(self).__members__)

    @property
    def is_trouble(self) -> bool:
        """Whether somebody should look at the job."""
        return self.rank < Condition.WARNING.rank


def conditions(view: JobView, now: Millis) -> tuple[Condition, ...]:
    """Return all that holds for a job at a moment, worst first; never nothing."""
    standing, schedule, running = view.standing, view.schedule, view.running
    stalled = running is not None and running.stalled(now)
    holding = (  # pairs: a page asks this of ten thousand jobs, and a member's hash is slow
        (Condition.OVERDUE, view.overdue(now)),
        (Condition.FAILING, standing.failing),
        (Condition.DAMAGED, standing.damaged),
        (Condition.STALLED, stalled),
        (Condition.OLD, _is_old(view, now)),
        (Condition.SHRINKING, standing.shrunk),
        (Condition.WARNING, standing.last is Status.WARNING),
        (Condition.RUNNING, running is not None and not stalled),
        (Condition.NEW, standing.last is None),
        (Condition.PAUSED, schedule.paused),
        (Condition.OFF, isinstance(schedule.plan, Off)),
    )
    return tuple([each for each, holds in holding if holds]) or (Condition.FINE,)


class Judged(NamedTuple):
    """A job and all that holds for it, worst first."""

    view: JobView
    held: tuple[Condition, ...]


def judged(views: Iterable[JobView], now: Millis) -> list[Judged]:
    """Judge jobs once, for all that a page says of them at a moment."""
    return [Judged(view, conditions(view, now)) for view in views]


def _is_old(view: JobView, now: Millis) -> bool:
    """Tell whether the last good run is too long ago; a paused job that is let be is exempt."""
    expected, good = view.expectation, view.standing.good_before(now)
    if expected is None or good is None:
        return False
    exempt = now > expected.deadline and not view.overdue(now) and view.running is None
    return not exempt and now - good > AGED_INTERVALS * expected.interval + AGED_MORE


class Census(Struct, frozen=True):
    """How many jobs there are, and of how many each condition holds.

    `fine` are those in no trouble that ended a run and that somebody would miss; `unwatched` are
    in no trouble because nothing is expected of them. `unjudged` are more jobs still, of which a
    fault of ours leaves nothing to say. `last_failure` is when the newest of the runs began for
    which jobs are failing, None where none is.
    """

    jobs: int
    held: Mapping[Condition, int]
    fine: int = 0
    unwatched: int = 0
    unjudged: int = 0
    last_failure: Millis | None = None

    @classmethod
    def of(cls, views: Iterable[JobView], now: Millis, unjudged: int = 0) -> "Census":
        """Count jobs at a moment."""
        return cls.counting(judged(views, now), unjudged)

    @classmethod
    def counting(cls, jobs: Sequence[Judged], unjudged: int = 0) -> "Census":
        """Count jobs that were judged."""
        held = Counter(each for job in jobs for each in job.held)
        return cls(
            jobs=len(jobs),
            held=held,
            fine=sum(_is_fine(job.held) for job in jobs),
            unwatched=sum(_is_unwatched(job.held) for job in jobs),
            unjudged=unjudged,
            last_failure=_last_failure(job.view for job in jobs),
        )

    def count(self, condition: Condition) -> int:
        """Return of how many jobs a condition holds."""
        return self.held.get(condition, 0)

    @property
    def all(self) -> int:
        """All jobs that are known, also those of which nothing can be said."""
        return self.jobs + self.unjudged

    @property
    def troubles(self) -> list[Condition]:
        """The conditions that somebody should look at, worst first."""
        return [each for each in Condition if each.is_trouble and self.count(each)]


_UNWATCHED = (Condition.PAUSED, Condition.OFF)


def _is_fine(held: tuple[Condition, ...]) -> bool:
    return not held[0].is_trouble and Condition.NEW not in held and not _is_unwatched(held)


def _is_unwatched(held: tuple[Condition, ...]) -> bool:
    return not held[0].is_trouble and any(each in held for each in _UNWATCHED)


def _last_failure(views: Iterable[JobView]) -> Millis | None:
    failed = (view.standing.last_start for view in views if view.standing.failing)
    return max((start for start in failed if start is not None), default=None)


def sentence(census: Census, failed: str | None = None) -> str:
    """Say in one sentence how jobs are, as "2 of 40 backups are overdue, 1 failed 3 hours ago".

    All are fine only where each of them is watched, was judged and is in no trouble.

    Args:
        census: how many jobs there are, and how they are.
        failed: when the newest failure was, in words; None where the sentence outlives them.
    """
    return ", ".join([_most_of_it(census, failed), *_besides(census)])


def _most_of_it(census: Census, failed: str | None) -> str:
    """Tell the troubles, the worst first, or that there are none."""
    if not census.all:
        return "No backup has reported yet"
    if not census.troubles:
        return _how_many_are_fine(census)
    first, *others = census.troubles
    told = _telling(first, census.count(first), failed)
    whole = "The only backup" if census.all == 1 else _part(census.count(first), census)
    return ", ".join([f"{whole} {told}", *(_counted(each, census, failed) for each in others)])


def _how_many_are_fine(census: Census) -> str:
    if census.all == 1:
        return f"The only backup is {'fine' if census.fine else 'not known to be fine'}"
    if census.fine == census.all:
        return f"All {census.all:,} backups are fine"
    return f"{_part(census.fine, census)} {_be(census.fine)} fine"


def _part(count: int, census: Census) -> str:
    return f"{count:,} of {census.all:,} backups"


def _counted(condition: Condition, census: Census, failed: str | None) -> str:
    count = census.count(condition)
    return f"{count:,} {_telling(condition, count, failed)}"


def _telling(condition: Condition, count: int, failed: str | None) -> str:
    match condition:
        case Condition.FAILING:
            return _failing(count, failed)
        case Condition.DAMAGED:
            return "failed the test of stored files"
        case Condition.STALLED:
            return "fell silent"
        case Condition.OLD:
            return f"{'has' if count == 1 else 'have'} no recent version"
        case Condition.SHRINKING:
            return "shrank"
        case _:
            return f"{_be(count)} {condition.value}"


def _failing(count: int, failed: str | None) -> str:
    if failed is None:
        return "failed"
    return f"failed {failed}" if count == 1 else f"failed, the last {failed}"


def _besides(census: Census) -> list[str]:
    """Tell what must not hide behind the rest."""
    new, warned = census.count(Condition.NEW), census.count(Condition.WARNING)
    told = [
        (warned, "ended with warnings"),
        (new, f"{'has' if new == 1 else 'have'} not ended a first run"),
        (census.unwatched, f"{_be(census.unwatched)} not watched"),
        (census.unjudged, "could not be judged"),
    ]
    return [f"{count:,} {text}" for count, text in told if count]


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
