"""Since when a condition holds for a job. Pure. It unpacks the job: use it for shown jobs only."""

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile

from exporter.fleet.views import JobView
from exporter.jobs.copies import MISSED_IN_A_ROW
from exporter.jobs.health import is_shrunken
from exporter.jobs.history import PastRun
from exporter.jobs.space import nearly_full_from
from exporter.jobs.state import JobState
from exporter.model import Status
from exporter.model.conditions import Condition
from exporter.times import Millis


def since(view: JobView, state: JobState, condition: Condition) -> Millis | None:
    """Return since when a condition holds, or None where that is unknown or it has no start.

    Args:
        view: the job, for which the condition holds.
        state: its state, unpacked.
        condition: which one.
    """
    find = _SINCE.get(condition)
    return None if find is None else find(view, state)


def _overdue(view: JobView, _state: JobState) -> Millis | None:
    return view.effective_deadline


def _failing(_view: JobView, state: JobState) -> Millis | None:
    """Return the first failed run after the last good one, as long as it is among those kept.

    Where runs name no backup, a failure remains although a good run followed.
    """
    if not state.decided_failed:
        return None if state.last_failed is None else state.last_failed.started
    decided = [run for run in state.recent if run.status is not Status.INTERRUPTED]
    return _first_of(decided, state.consecutive_failures)


def _damaged(_view: JobView, state: JobState) -> Millis | None:
    return None if state.tested is None else state.tested.at


def _stalled(view: JobView, _state: JobState) -> Millis | None:
    return None if view.running is None else view.running.run.heard


def _unreported(view: JobView, _state: JobState) -> Millis | None:
    """Return when the first of the runs ended whose report has not come."""
    return min((run.last_reported for run in view.awaited), default=None)


def _stale(_view: JobView, state: JobState) -> Millis | None:
    good = state.last_completed
    return state.first_start if good is None else good.over


def _interrupted(_view: JobView, state: JobState) -> Millis | None:
    """Return the first of the interrupted runs in a row, as long as it is among those kept."""
    return _first_of(state.recent, state.interrupted_runs)


def _shrunk(_view: JobView, state: JobState) -> Millis | None:
    """Return the first of the newest completed runs in a row below today's baseline."""
    usual, measured = state.baseline().examined_bytes, state.last_complete
    if usual is None or measured is None:
        return None
    small = takewhile(
        lambda run: run.examined_bytes is not None and is_shrunken(run.examined_bytes, usual),
        reversed(state.completed),
    )
    return min((run.started for run in small), default=measured.started)


def _filling(view: JobView, state: JobState) -> Millis | None:
    """Return when the day on which it is full came near, or since when hardly any is free."""
    found, from_when = state.destination, view.health.filling_from
    total = None if found.quota is None else found.quota.total_bytes
    since_full = None if total is None else nearly_full_from(found.free, total)
    near = None if from_when is None else max(from_when, found.free[0].started)
    return min((at for at in (since_full, near) if at is not None), default=None)


def _copies(_view: JobView, state: JobState) -> Millis | None:
    """Return the first of the runs in a row that missed a copy, or when a copy became stale."""
    copies = state.copies
    missed = copies.missed or 0
    return _first_of(copies.runs, missed) if missed >= MISSED_IN_A_ROW else copies.old_from()


def _gone(view: JobView, _state: JobState) -> Millis | None:
    return view.health.gone


def _unnamed(view: JobView, state: JobState) -> Millis | None:
    """Return the first run, or the first kept one after what a person cleared."""
    cleared = view.job.settings.cleared
    if cleared is None:
        return state.first_start
    later = (run.started for run in state.recent if run.started > cleared)
    return next(later, view.health.last_start)


def _unusual(view: JobView, _state: JobState) -> Millis | None:
    return view.health.last_start


def _warned(_view: JobView, state: JobState) -> Millis | None:
    return None if state.last_completed is None else state.last_completed.started


def _waiting(_view: JobView, state: JobState) -> Millis | None:
    return None if state.declared is None else state.declared.since


def _running(view: JobView, _state: JobState) -> Millis | None:
    return None if view.running is None else view.running.run.since


def _first_of(runs: Sequence[PastRun], in_a_row: int) -> Millis | None:
    return runs[-in_a_row].started if 0 < in_a_row <= len(runs) else None


_SINCE: Mapping[Condition, Callable[[JobView, JobState], Millis | None]] = {
    Condition.OVERDUE: _overdue,
    Condition.FAILING: _failing,
    Condition.DAMAGED: _damaged,
    Condition.STALLED: _stalled,
    Condition.UNREPORTED: _unreported,
    Condition.STALE: _stale,
    Condition.INTERRUPTED: _interrupted,
    Condition.SHRINKING: _shrunk,
    Condition.FILLING: _filling,
    Condition.SECOND_COPY: _copies,
    Condition.GONE: _gone,
    Condition.UNNAMED: _unnamed,
    Condition.UNUSUAL: _unusual,
    Condition.WARNING: _warned,
    Condition.RUNNING: _running,
    Condition.WAITING: _waiting,
}
