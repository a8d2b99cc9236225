"""The history of a job's metrics, from change to change.

A job changes when a run of it arrives and when its deadline passes. Between two changes all its
values are constant, so the size of a timeline depends on its runs, not on the number of timestamps.
"""

import bisect
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

from msgspec.structs import replace

from exporter.exports.time_grid import TimeGrid
from exporter.exposition.families import JobSnapshot
from exporter.jobs.added import After
from exporter.jobs.folding import with_run
from exporter.jobs.health import is_failing
from exporter.jobs.history import REPORTED_RUNS, ReportedRun, newest
from exporter.jobs.removed import baseline_state
from exporter.jobs.state import JobState
from exporter.model import Order, StoredRun
from exporter.model.tags import together
from exporter.schedule import Expectation, Schedule, expect
from exporter.store import JobHistory


class Span(NamedTuple):
    """A job's values from a slot of a grid up to another, which is not included."""

    first: int
    end: int
    snapshot: JobSnapshot


def timeline(history: JobHistory, schedule: Schedule, grid: TimeGrid) -> Iterator[Span]:
    """Yield a job's values, in the order of time; nothing for slots before it existed."""
    job, labels = history.job, (str(history.server.id), history.server.name, history.job.name)
    tags = together(job.settings.tags, history.server.tags)
    uncleared = replace(job, settings=replace(job.settings, cleared=None))
    cleared = grid.count if job.settings.cleared is None else grid.slot(job.settings.cleared)
    for start, until, state in _states(history, grid):
        since = max(start, _exists_from(state, grid))
        if since < until:
            baseline, expectation = state.baseline(), expect(state, schedule)
            late = _overdue_from(expectation, grid)
            turns = {min(max(turn, since), until) for turn in (late, cleared)}
            for first, end in pairwise(sorted({since, until} | turns)):
                failing = is_failing(job if first >= cleared else uncleared, state)
                overdue = first >= late
                snapshot = JobSnapshot(
                    state,
                    baseline,
                    expectation,
                    overdue=overdue,
                    labels=labels,
                    failing=failing,
                    tags=tags,
                    kind=job.kind,
                )
                yield Span(first, end, snapshot)


def _exists_from(state: JobState, grid: TimeGrid) -> int:
    """Return the first slot of a job: it exists from its first backup, or its declaration, on."""
    if state.is_backup:
        return 0
    return grid.count if state.declared is None else grid.slot(state.declared.since)


def _states(history: JobHistory, grid: TimeGrid) -> Iterator[tuple[int, int, JobState]]:
    """Yield the states after the runs in the order of their arrival, each with its slots."""
    kept = history.job.state
    replay = _Replay(baseline_state(kept, history.runs), kept.reported)
    last = replay.state.last
    since = 0 if last is None else grid.slot(last.received)
    for slot, runs in groupby(history.runs, key=lambda stored: grid.slot(stored.received)):
        if slot == grid.count:
            break
        yield since, slot, replay.state
        replay.add(runs)
        since = slot
    yield since, grid.count, replay.state


class _Replay:
    """Folds runs into a state in the order of their arrival.

    `plans` are what Duplicati's own scheduler reported to a pull: they count from the arrival of
    the run that was the last one then.
    """

    def __init__(self, state: JobState, plans: Iterable[ReportedRun]) -> None:
        self.state = state
        self._plans = {plan.id: plan for plan in plans}
        self._failed: list[Order] = []
        self._interrupted: list[Order] = []

    def add(self, runs: Iterator[StoredRun]) -> None:
        """Add runs that arrived."""
        for stored in runs:
            self.state = with_run(self.state, stored, self._runs_after)
            if stored.id in self._plans:
                self._set_plan(self._plans[stored.id])
            if stored.run.is_backup and stored.run.status.failed:
                bisect.insort(self._failed, stored.order)
            elif stored.run.is_backup and not stored.run.status.completed:
                bisect.insort(self._interrupted, stored.order)

    def _set_plan(self, plan: ReportedRun) -> None:
        others = tuple(each for each in self.state.reported if each.id != plan.id)
        self.state = replace(self.state, reported=newest(others, plan, REPORTED_RUNS))

    def _runs_after(self, order: Order) -> After:
        return After(_count_after(self._failed, order), _count_after(self._interrupted, order))


def _count_after(ordered: list[Order], order: Order) -> int:
    return len(ordered) - bisect.bisect_right(ordered, order)


def _overdue_from(expectation: Expectation | None, grid: TimeGrid) -> int:
    """Return the first slot at which a job is overdue if no report arrives."""
    deadline = None if expectation is None else expectation.effective_deadline
    return grid.count if deadline is None else grid.slot(deadline + 1)
