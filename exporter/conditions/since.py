"""Since when a condition holds for a job. Pure; it unpacks the job, so ask it of what is shown."""

from collections.abc import Callable, Mapping
from itertools import takewhile

from exporter.conditions.evaluate import Condition
from exporter.jobs.standing import is_shrunken
from exporter.jobs.state import JobState
from exporter.times import Millis
from exporter.views import JobView


def since(view: JobView, state: JobState, condition: Condition) -> Millis | None:
    """Return since when a condition holds, or None where nobody knows or it has no begin.

    Args:
        view: the job, for which the condition holds.
        state: its state, unpacked.
        condition: which one.
    """
    find = _SINCE.get(condition)
    return None if find is None else find(view, state)


def _overdue(view: JobView, _state: JobState) -> Millis | None:
    expected = view.expectation
    return None if expected is None else max(expected.deadline, view.excused_until)


def _failing(_view: JobView, state: JobState) -> Millis | None:
    """The first failed run behind the last good one, as long as it is among those kept."""
    failures = state.consecutive_failures
    return state.recent[-failures].started if 0 < failures <= len(state.recent) else None


def _damaged(_view: JobView, state: JobState) -> Millis | None:
    return None if state.tested is None else state.tested.at


def _silent(view: JobView, _state: JobState) -> Millis | None:
    return None if view.running is None else view.running.run.heard


def _old(_view: JobView, state: JobState) -> Millis | None:
    good = state.last_completed
    return None if good is None else good.run.ended or good.started


def _shrunk(_view: JobView, state: JobState) -> Millis | None:
    """The first of the newest completed runs in a row that found too little by today's habit."""
    usual, measured = state.habit().examined_bytes, state.measured
    if usual is None or measured is None:
        return None
    small = takewhile(
        lambda run: run.examined_bytes is not None and is_shrunken(run.examined_bytes, usual),
        reversed(state.completed),
    )
    return min((run.started for run in small), default=measured.started)


def _last_start(_view: JobView, state: JobState) -> Millis | None:
    return None if state.last is None else state.last.started


def _running(view: JobView, _state: JobState) -> Millis | None:
    return None if view.running is None else view.running.run.since


_SINCE: Mapping[Condition, Callable[[JobView, JobState], Millis | None]] = {
    Condition.OVERDUE: _overdue,
    Condition.FAILING: _failing,
    Condition.DAMAGED: _damaged,
    Condition.STALLED: _silent,
    Condition.OLD: _old,
    Condition.SHRINKING: _shrunk,
    Condition.WARNING: _last_start,
    Condition.RUNNING: _running,
}
