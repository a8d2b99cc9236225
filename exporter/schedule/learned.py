"""The schedule that is learned from the pauses between a job's runs."""

from bisect import bisect_left, bisect_right
from itertools import pairwise

from exporter.jobs.doubts import Doubt, Doubted
from exporter.jobs.history import MIN_STARTS
from exporter.model import believed
from exporter.schedule.expectation import Rule, ScheduleSource, Step
from exporter.times import DAY, MINUTE, Millis

LEARNED_FROM = 3
"""With fewer runs nothing is learned from the pauses."""

SURE_FROM = 5
"""From so many runs a pause below the expected interval is learned, where they span one."""

LEARNED_SPAN = 15 * DAY
"""How much time a schedule is learned from: it includes two week-ends. The widest gap does not
count: nothing is learned from an absence, which without more time would hide week-ends."""

WEEK: Millis = 7 * DAY
WEEKS = 4
SAME_TIME: Millis = 75 * MINUTE
"""How much runs at one time of the week may differ: clocks change by an hour in summer."""


def expected(starts: tuple[Millis, ...], expected_interval: Millis) -> Rule | None:
    """Expect the usual pause, or a shorter one where that is usual at this time of the week."""
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
    """Return the shortest pause that may be learned from few runs."""
    sure = len(starts) >= SURE_FROM and starts[-1] - starts[0] >= expected_interval
    return 0 if sure else expected_interval


def _learned_from(starts: tuple[Millis, ...]) -> list[Millis]:
    """Return the gaps of which the second-widest is usual, so that one missed run does not count.

    For a job of Monday to Friday that is three days, for an hourly one by day the night.
    """
    gaps = _gaps(_since(starts, LEARNED_SPAN))
    return _gaps(_since(starts, LEARNED_SPAN + max(gaps)))


def _since(starts: tuple[Millis, ...], span: Millis) -> tuple[Millis, ...]:
    """Return the starts whose gaps reach into the last span, or the last ten starts."""
    first = max(bisect_left(starts, starts[-1] - span) - 1, 0)
    return starts[min(first, max(len(starts) - MIN_STARTS, 0)) :]


def _gaps(starts: tuple[Millis, ...]) -> list[Millis]:
    return [later - earlier for earlier, later in pairwise(starts)]


def _shorter(starts: tuple[Millis, ...], usual: Millis) -> Millis | None:
    """Return the pause at this time of the week where it is shorter than usual and still holds."""
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
