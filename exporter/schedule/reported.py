"""What Duplicati's own scheduler told with its runs."""

from bisect import bisect_left

from exporter.jobs.doubts import Doubt, Doubted
from exporter.jobs.history import ReportedRun
from exporter.jobs.state import JobState
from exporter.model import believed
from exporter.schedule.expectation import Rule, ScheduleSource, Step
from exporter.times import HOUR, MINUTE, Millis

LEFT_AFTER = 5
"""So many runs in a row at or after a planned moment that tell none: something else starts them."""

MAX_WAIT: Millis = 12 * HOUR
"""Who starts later than this did not wait behind other backups: the machine was off."""

MIN_WAIT: Millis = 10 * MINUTE
"""Whose runs wait less than this does not wait."""


def expected(state: JobState, last: Millis) -> Rule | None:
    """Expect what Duplicati's own scheduler said last.

    A run started by hand before that moment says nothing and leaves it standing. When one began at
    or after it and told none, the expectation moves on.
    """
    told = state.reported[-1]
    timestamp = min(told.timestamp, told.started + believed.FURTHEST)
    doubts = (
        () if timestamp == told.timestamp else (Doubt(Doubted.PLAN, told.timestamp, timestamp),)
    )
    furthest, wait = _habits(state)
    interval = min(told.interval or furthest, believed.FURTHEST)
    since, step = told.started, Step.PLANNED
    if last < timestamp:
        interval = interval or timestamp - last
    elif interval:
        since, step = timestamp, Step.MOVED_ON
        timestamp += ((last - timestamp) // interval + 1) * interval
    else:
        return None
    runs = len(state.reported)
    return Rule(timestamp, interval, ScheduleSource.REPORTED, step, since, runs, wait, doubts)


def doubt(state: JobState, starts_for_learning: int) -> Doubt | None:
    """Return why what Duplicati planned last is not expected, None where it is."""
    told = state.reported[-1]
    if _untold_since(state, told) >= LEFT_AFTER:
        return Doubt(Doubted.LEFT_PLAN, told.timestamp, None)
    if len(state.starts) >= starts_for_learning and not believed.planned(
        told.started, told.timestamp
    ):
        return Doubt(Doubted.PLAN, told.timestamp, None)
    return None


def _untold_since(state: JobState, told: ReportedRun) -> int:
    """Count the runs that began at or after the moment that was told last: they told none."""
    first = max(told.timestamp, told.started + 1)
    return len(state.starts) - bisect_left(state.starts, first)


def _habits(state: JobState) -> tuple[Millis, Millis]:
    """Return how far Duplicati planned ahead at most, and how long its planned runs usually wait.

    A run that waited was planned from its own planned start on, not from when it began.
    """
    furthest, waits = 0, []
    ends: dict[int, Millis] = {}
    before: ReportedRun | None = None
    for run in state.reported:
        since, timestamp = run.started, run.timestamp
        if before is not None:
            wait = since - before.timestamp
            if wait >= MIN_WAIT:  # of which only what lies behind the run before counts
                ends = ends or _ends(state)
                wait = min(wait, max(since - ends.get(before.id, 0), 0))
            if 0 <= wait < MAX_WAIT and 2 * wait < timestamp - before.timestamp:
                waits.append(wait)
                since = before.timestamp
        if furthest < timestamp - since and believed.planned(run.started, timestamp):
            furthest = timestamp - since
        before = run
    return furthest, _usual(waits)


def _ends(state: JobState) -> dict[int, Millis]:
    return {run.id: run.started + (run.duration or 0) for run in state.recent}


def _usual(waits: list[Millis]) -> Millis:
    """Return the middle one, of two the mean; 0 where it is none to speak of."""
    if not waits or max(waits) < MIN_WAIT:
        return 0
    half, ordered = len(waits) // 2, sorted(waits)
    middle = (ordered[half] + ordered[-half - 1]) // 2
    return middle if middle >= MIN_WAIT else 0
