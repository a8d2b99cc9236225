"""The rules as they were, to measure the present ones against. Never used by the daemon."""

from bisect import bisect_left
from itertools import pairwise

from exporter.jobs.history import ReportedRun
from exporter.jobs.state import JobState
from exporter.schedule import Schedule
from exporter.schedule.expressions import Cron, Every
from exporter.times import DAY, Millis

RECENT_RUNS = 10
_LEARNED_FROM = 5
_LEARNED_SPAN = 15 * DAY


def deadline(state: JobState, schedule: Schedule, lengths: list[Millis]) -> Millis:
    """Return from when on a job was overdue.

    Args:
        state: of its runs.
        schedule: what a person set.
        lengths: those that its last ten runs reported.
    """
    start = _start(state, schedule, state.starts[-1])
    return start + max(lengths, default=0) + schedule.tolerance


def _start(state: JobState, schedule: Schedule, last: Millis) -> Millis:
    match schedule.plan:
        case Every(interval):
            return last + interval
        case Cron() as cron:
            return cron.due_after(last, 0)[0]
        case _:
            reported = _reported(state.reported, last)
            learned = reported or _learned(state.starts)
            return learned or last + schedule.expected_interval


def _reported(reported: tuple[ReportedRun, ...], last: Millis) -> Millis | None:
    if not reported:
        return None
    timestamp = reported[-1].timestamp
    widest = max(_gaps(tuple(run.timestamp for run in reported)), default=0)
    interval = reported[-1].interval or widest
    if last < timestamp:
        return timestamp
    if interval <= 0:
        return None
    return timestamp + ((last - timestamp) // interval + 1) * interval


def _learned(starts: tuple[Millis, ...]) -> Millis | None:
    if len(starts) < _LEARNED_FROM:
        return None
    span = _LEARNED_SPAN + max(_gaps(_since(starts, _LEARNED_SPAN)))
    interval = sorted(_gaps(_since(starts, span)))[-2]
    return starts[-1] + interval if interval > 0 else None


def _since(starts: tuple[Millis, ...], span: Millis) -> tuple[Millis, ...]:
    first = max(bisect_left(starts, starts[-1] - span) - 1, 0)
    return starts[min(first, max(len(starts) - RECENT_RUNS, 0)) :]


def _gaps(starts: tuple[Millis, ...]) -> list[Millis]:
    return [later - earlier for earlier, later in pairwise(starts)]
