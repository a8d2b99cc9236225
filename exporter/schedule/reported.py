"""The schedule that Duplicati's own scheduler reported with its runs."""

from bisect import bisect_left

from exporter.jobs.doubts import Doubt, Doubted
from exporter.jobs.history import ReportedRun
from exporter.jobs.state import JobState
from exporter.model import believed
from exporter.schedule.expectation import Rule, ScheduleSource, Step
from exporter.times import HOUR, MINUTE, Millis

LEFT_AFTER = 5
"""After so many runs in a row without a plan, at or after a planned start, the plan is ignored:
something else starts them."""

MAX_WAIT: Millis = 12 * HOUR
"""A run that starts later than this did not wait for other backups: the machine was off."""

MIN_WAIT: Millis = 10 * MINUTE
"""A wait shorter than this does not count."""


def expected(state: JobState, last: Millis) -> Rule | None:
    """Expect the start that Duplicati's own scheduler reported last.

    A run started by hand before that time changes nothing. When one started at or after it and
    reported no plan, the expectation moves on.
    """
    plan = state.reported[-1]
    timestamp = min(plan.timestamp, plan.started + believed.FURTHEST)
    doubts = (
        () if timestamp == plan.timestamp else (Doubt(Doubted.PLAN, plan.timestamp, timestamp),)
    )
    furthest, wait = _habits(state)
    interval = min(plan.interval or furthest, believed.FURTHEST)
    since, step = plan.started, Step.PLANNED
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
    """Return why the last plan of Duplicati is not trusted, None where it is."""
    plan = state.reported[-1]
    if _runs_without_plan(state, plan) >= LEFT_AFTER:
        return Doubt(Doubted.LEFT_PLAN, plan.timestamp, None)
    if len(state.starts) >= starts_for_learning and not believed.planned(
        plan.started, plan.timestamp
    ):
        return Doubt(Doubted.PLAN, plan.timestamp, None)
    return None


def _runs_without_plan(state: JobState, plan: ReportedRun) -> int:
    """Count the runs that started at or after the last planned start: they reported no plan."""
    first = max(plan.timestamp, plan.started + 1)
    return len(state.starts) - bisect_left(state.starts, first)


def _habits(state: JobState) -> tuple[Millis, Millis]:
    """Return the longest time between planned starts, and the usual wait of planned runs.

    A run that waited was planned from its own planned start on, not from its actual start.
    """
    furthest, waits = 0, []
    ends: dict[int, Millis] = {}
    before: ReportedRun | None = None
    for run in state.reported:
        since, timestamp = run.started, run.timestamp
        if before is not None:
            wait = since - before.timestamp
            if wait >= MIN_WAIT:  # of which only the part after the run before counts
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
    """Return the median; 0 where it is too short to count."""
    if not waits or max(waits) < MIN_WAIT:
        return 0
    half, ordered = len(waits) // 2, sorted(waits)
    middle = (ordered[half] + ordered[-half - 1]) // 2
    return middle if middle >= MIN_WAIT else 0
