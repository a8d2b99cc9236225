"""What the pauses between a job's runs teach."""

from bisect import bisect_left, bisect_right
from itertools import pairwise

from exporter.jobs.doubts import Doubt, Doubted
from exporter.jobs.history import MIN_STARTS
from exporter.model import believed
from exporter.schedule.expectation import Rule, ScheduleSource, Step
from exporter.times import DAY, MINUTE, Millis

LEARNED_FROM = 3
"""With fewer runs a pause is no habit."""

SURE_FROM = 5
"""So many runs may teach a pause shorter than the expected interval, where they span one."""

LEARNED_SPAN = 15 * DAY
"""How much time a schedule is learned from: two week-ends lie in it. The widest gap does not count
towards it, for an absence teaches nothing, and without more time behind it would hide week-ends."""

WEEK: Millis = 7 * DAY
WEEKS = 4
SAME_TIME: Millis = 75 * MINUTE
"""How far runs at one time of the week lie apart: clocks are put forward and back by an hour."""


def expected(starts: tuple[Millis, ...], expected_interval: Millis) -> Rule | None:
    """Expect the usual pause, or a shorter one where that is the habit at this time of the week."""
    if len(starts) < LEARNED_FROM:
        return None
    gaps = _learned_from(starts)
    gap = sorted(gaps)[-2]
    usual = max(believed.pause(gap), _least(starts, expected_interval))
    if usual <= 0:
        return None
    last, runs = starts[-1], len(gaps) + 1
    shorter = _shorter(starts, usual) if _is_shorter(min(gaps), usual) else None
    if shorter is not None:
        return Rule(last + shorter, usual, ScheduleSource.LEARNED, Step.TIME_OF_WEEK, last, runs)
    wide = gap > believed.FURTHEST
    doubts = (Doubt(Doubted.PAUSE, gap, believed.FURTHEST),) if wide else ()
    return Rule(last + usual, usual, ScheduleSource.LEARNED, Step.USUAL, last, runs, doubts=doubts)


def _least(starts: tuple[Millis, ...], expected_interval: Millis) -> Millis:
    """Return the shortest pause that few runs may teach."""
    sure = len(starts) >= SURE_FROM and starts[-1] - starts[0] >= expected_interval
    return 0 if sure else expected_interval


def _learned_from(starts: tuple[Millis, ...]) -> list[Millis]:
    """Return the gaps of which the second-widest is usual, so that one missed run is no habit.

    A job of Monday to Friday learns three days, an hourly one that pauses at night the pause.
    """
    gaps = _gaps(_since(starts, LEARNED_SPAN))
    return _gaps(_since(starts, LEARNED_SPAN + max(gaps)))


def _since(starts: tuple[Millis, ...], span: Millis) -> tuple[Millis, ...]:
    """Return the starts between which the gaps lie that reach into the last span, or ten runs."""
    first = max(bisect_left(starts, starts[-1] - span) - 1, 0)
    return starts[min(first, max(len(starts) - MIN_STARTS, 0)) :]


def _gaps(starts: tuple[Millis, ...]) -> list[Millis]:
    return [later - earlier for earlier, later in pairwise(starts)]


def _shorter(starts: tuple[Millis, ...], usual: Millis) -> Millis | None:
    """Return the pause at this time of the week where it is shorter than usual and was kept."""
    last = len(starts) - 1
    pause = _at_this_time(starts, last, usual)
    if pause is None:
        return None
    before = _at_this_time(starts, last - 1, usual)
    kept = before is None or starts[last] - starts[last - 1] <= before + SAME_TIME
    return pause if kept else None


def _at_this_time(starts: tuple[Millis, ...], place: int, usual: Millis) -> Millis | None:
    """Return the longer of the pauses that followed the last two runs at that time of the week.

    None where it is not clearly shorter than the usual one.
    """
    pauses: list[Millis] = []
    then, most = starts[place], place
    for _ in range(WEEKS):
        then -= WEEK
        most = bisect_right(starts, then + SAME_TIME, 0, most)
        while most and starts[most - 1] >= then - SAME_TIME:
            pauses.append(starts[most] - starts[most - 1])
            if len(pauses) > 1:
                longer = max(pauses)
                return longer if _is_shorter(longer, usual) else None
            most -= 1
    return None


def _is_shorter(pause: Millis, usual: Millis) -> bool:
    """Return whether a pause is less than 0.8 of the usual one."""
    return 5 * pause < 4 * usual
