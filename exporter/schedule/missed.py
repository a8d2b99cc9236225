"""Which expected runs never came: between the runs of a job, and after the last one.

An expected start was missed where a report of it would have been late and no run came until the
next start. So a job that was never overdue missed nothing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice, pairwise, takewhile
from typing import NamedTuple, Protocol

from exporter.jobs.history import ReportedRun
from exporter.schedule.expectation import Expectation, Schedule, ScheduleSource
from exporter.schedule.expressions import Cron, Off
from exporter.times import DAY, Millis

MOST_LISTED = 100
"""Missed starts of one gap that are listed, the newest; of the others only the number is known."""

_WINDOW = 32
_MOST_IN_WINDOW = 100
_MOST_WINDOWS = 32
"""A calendar is looked up in windows of some 32 pauses, which jobs with the same calendar share: a
step of it takes 30 µs. Of a job at most so many windows are."""

_ANOTHER = 3
"""So many pauses in a row that are too wide are of another schedule: what is learned, and how far
Duplicati plans ahead, follows from the last runs alone."""

_SAMPLED = 8
_RARE: Millis = 366 * DAY


class Began(Protocol):
    """A run: when it started, and how long it took where that is known."""

    @property
    def started(self) -> Millis:
        """When it started."""
        ...

    @property
    def duration(self) -> Millis | None:
        """How long it took."""
        ...


class Gap(NamedTuple):
    """Expected starts that did not come: the newest of them, oldest first, and how many in all.

    `before` is the start of the run that came next, None for the last gap.
    """

    starts: tuple[Millis, ...]
    total: int
    before: Millis | None = None


class Plans(NamedTuple):
    """When starts are planned after a run.

    Without a calendar they are at an interval after the run, or after the start that was `told`
    with it, by the start of the run.
    """

    interval: Millis
    calendar: Cron | None = None
    told: Mapping[Millis, Millis] = {}

    @classmethod
    def of(
        cls, schedule: Schedule, expectation: Expectation, told: Iterable[ReportedRun] = ()
    ) -> "Plans":
        """Return those of a job; what was told counts where nobody set a schedule."""
        if isinstance(schedule.plan, Cron):
            return cls(_pause_of(schedule.plan), schedule.plan)
        interval = max(expectation.interval, 1)
        if expectation.source is not ScheduleSource.REPORTED:
            return cls(interval)
        return cls(interval, None, {run.started: run.timestamp for run in told})

    def starts(self, run: Millis, after: Millis, until: Millis) -> Sequence[Millis]:
        """Return the planned starts after a time, up to and with another.

        Args:
            run: the start of the run that they follow.
            after: what is left out, as the run itself or its length covers it.
            until: the last moment.
        """
        if self.calendar is not None:
            return _of_calendar(self.calendar, after, until)
        first = max(self.told.get(run, 0), run)
        skipped = 1 if first == run else 0
        passed = max(-(-(after + 1 - first) // self.interval), skipped)
        return range(first + passed * self.interval, until + 1, self.interval)

    @property
    def reach(self) -> Millis:
        """How far back starts are looked up."""
        return self.interval * _WINDOW * _MOST_WINDOWS


def gaps(
    runs: Sequence[Began],
    schedule: Schedule,
    expectation: Expectation | None,
    since: Millis,
    told: Iterable[ReportedRun],
) -> list[Gap]:
    """Return what was missed between runs, the oldest first.

    The schedule may be new: before the first pause that it allows nothing is called missed.

    Args:
        runs: backup runs of a job in a row, of any status, the oldest first.
        schedule: what holds for it now, and is taken to have held then.
        expectation: what is expected of it now.
        since: what was expected before is not said to be missed: nobody listened then, or another
            schedule held.
        told: the next starts that Duplicati reported with runs.
    """
    if expectation is None or schedule.paused or isinstance(schedule.plan, Off):
        return []
    if expectation.source is ScheduleSource.DEFAULT or not runs:
        return []
    because, plans = expectation.because, Plans.of(schedule, expectation)
    wide = [later.started - run.started > plans.interval for run, later in pairwise(runs)]
    if True not in wide:  # as of nearly all jobs
        return []
    plans = Plans.of(schedule, expectation, told)
    bounds = _Bounds(
        early=min(schedule.tolerance, plans.interval // 2),
        late=because.queue + because.length + because.tolerance,
        earliest=max(since, runs[-1].started - plans.reach),
    )
    found = [
        _between(*pair, plans, bounds) if is_wide else None
        for is_wide, pair in zip(wide, pairwise(runs), strict=True)
    ]
    is_set = expectation.source is ScheduleSource.CONFIGURED
    sure = [is_set or run.started in plans.told for run in runs]
    return [gap for gap in found[_held_from(found, sure) :] if gap is not None]


def open_gap(
    schedule: Schedule, expectation: Expectation | None, since: Millis, now: Millis
) -> Gap | None:
    """Return what a job that is overdue has missed since its last run; None where it is not.

    Args:
        schedule: what holds for it.
        expectation: what is expected of it.
        since: what was expected before does not count, but for the newest of it.
        now: the present time.
    """
    if expectation is None or not expectation.overdue(now):
        return None
    first, late = expectation.start, expectation.deadline - expectation.start
    if expectation.source is ScheduleSource.DEFAULT:
        return Gap((first,), 1)
    plans, last = Plans.of(schedule, expectation), max(first, now - late - 1)
    later = plans.starts(first, max(first, last - plans.reach), last)
    counted = later[bisect_left(later, since) :]
    if first < since:
        return _gap(counted or later[-1:] or (first,), None)
    return Gap((first, *later)[-MOST_LISTED:], len(later) + 1)


def _held_from(found: Sequence[Gap | None], sure: Sequence[bool]) -> int:
    """Return the first pause from which on the schedule is taken to have held.

    Args:
        found: what was missed in each pause.
        sure: of which of them it is known what was expected, as it was set or told.
    """
    held = next((place for place, gap in enumerate(found) if gap is None), len(found))
    in_a_row = 0
    for place, gap in enumerate(found):
        in_a_row = 0 if gap is None or sure[place] else in_a_row + 1
        if in_a_row >= _ANOTHER:
            held = max(held, place + 1)
    return held


class _Bounds(NamedTuple):
    """A run counts for a start up to `early` before it; a start is missed when it is `late`."""

    early: Millis
    late: Millis
    earliest: Millis


def _between(one: Began, other: Began, plans: Plans, bounds: _Bounds) -> Gap | None:
    """Return what was missed between two runs: all starts but the one that the later counts for."""
    covered = one.started + max(one.duration or 0, bounds.early)
    after = max(covered, bounds.earliest - 1)
    planned = plans.starts(one.started, after, other.started + bounds.early)
    missed = planned[: bisect_left(planned, other.started - bounds.late)]
    return _gap(missed[: max(len(planned) - 1, 0)], other.started)


def _gap(starts: Sequence[Millis], before: Millis | None) -> Gap | None:
    return Gap(tuple(starts[-MOST_LISTED:]), len(starts), before) if starts else None


def _of_calendar(cron: Cron, after: Millis, until: Millis) -> Sequence[Millis]:
    length = _pause_of(cron) * _WINDOW
    found: list[Millis] = []
    for window in range(after // length, until // length + 1):
        found += _starts_in(cron, window * length, (window + 1) * length)
    return found[bisect_right(found, after) : bisect_right(found, until)]


@lru_cache(maxsize=4096)
def _starts_in(cron: Cron, begin: Millis, end: Millis) -> tuple[Millis, ...]:
    """Return the starts from a time on and before another; of very many only the first."""
    starts = takewhile(lambda start: start < end, cron.starts(begin - 1))
    return tuple(islice(starts, _MOST_IN_WINDOW))


@lru_cache(maxsize=4096)
def _pause_of(cron: Cron) -> Millis:
    """Return the shortest pause between starts, as far as the first ones show it."""
    starts = list(islice(cron.starts(0), _SAMPLED))
    return min((later - earlier for earlier, later in pairwise(starts)), default=_RARE)
