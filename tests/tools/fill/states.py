"""The kept state of each job, without folding the runs of each of them.

Two jobs of one size and habit have equal states but for their times and the ids of their runs. So
states are folded once for a size and habit, and moved to the times and ids of a job.
"""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from exporter.jobs.added import none_after
from exporter.jobs.folding import with_run
from exporter.jobs.state import JobState
from exporter.model import StoredRun
from exporter.times import Millis
from tests.tools.fill import bodies
from tests.tools.fill.fleet import HABITS, SIZES, FilledFleet, FilledJob

_FOLDED = 40
"""No state remembers more daily runs than this, but for how many there were."""

_TIME_MOVED, _ID_MOVED = 1000, 2


class _Folded(NamedTuple):
    """The state of a job, and the same when its runs began a second later and larger ids."""

    of: FilledJob
    tree: object
    later: object


class _Move(NamedTuple):
    """What the state of another job has in the place of each time, run's id and backup's id."""

    times: Millis
    ids: int
    backup_ids: tuple[str, str]

    @classmethod
    def between(cls, one: FilledJob, other: FilledJob) -> "_Move":
        """Return the move from one job to another."""
        backup_ids = (one.backup_id, other.backup_id)
        return cls(other.offset - one.offset, other.number - one.number, backup_ids)

    def apply(self, known: object, later: object) -> object:
        """Return a part of a state, moved: what differs in the later one is a time or an id."""
        match known, later:
            case [*_], [*_]:
                return [self.apply(*pair) for pair in zip(known, later, strict=True)]
            case {}, {}:
                return {name: self.apply(each, later[name]) for name, each in known.items()}
            case int(), int() if known != later:
                return known + (self.times if later - known == _TIME_MOVED else self.ids)
            case _:
                return self.backup_ids[1] if known == self.backup_ids[0] else known


class States:
    """The states of the jobs of a fleet after its last day."""

    def __init__(self, fleet: FilledFleet) -> None:
        self._fleet = fleet
        self._folded = lru_cache(SIZES * len(HABITS))(self._fold)

    def packed(self, job: FilledJob) -> bytes:
        """Return a state as it is stored."""
        folded = self._folded(job.size, job.habit)
        move = _Move.between(folded.of, job)
        return msgspec.msgpack.encode(move.apply(folded.tree, folded.later))

    def _fold(self, size: int, habit: int) -> _Folded:
        job = next(each for each in _all_jobs() if (each.size, each.habit) == (size, habit))
        trees = (self._state(job, 0, 0), self._state(job, _TIME_MOVED, _ID_MOVED))
        return _Folded(job, *map(msgspec.to_builtins, trees))

    def _state(self, job: FilledJob, later: Millis, higher: int) -> JobState:
        """Return a state, with the counts of all runs that are too old to be remembered."""
        fleet, state = self._fleet, JobState()
        forgotten = max(fleet.days - _FOLDED, 0)
        for day in (0, *range(max(forgotten, 1), fleet.days)):
            state = with_run(state, self._stored(job, day, later, higher), none_after)
        posted = state.with_post(self._stored(job, 0, later, higher).received)
        return self._with_forgotten(posted, job, range(1, forgotten))

    def _with_forgotten(self, state: JobState, job: FilledJob, days: range) -> JobState:
        runs, uploaded = list(state.runs), state.uploaded_bytes or 0
        by_ending = {self._fleet.of_job(job, day).ending: day for day in days}
        endings = Counter(self._fleet.of_job(job, day).ending for day in days)
        for ending, day in by_ending.items():
            one = with_run(JobState(), self._stored(job, day, 0, 0), none_after)
            times = endings[ending]
            runs = [known + more * times for known, more in zip(runs, one.runs, strict=True)]
            uploaded += (one.uploaded_bytes or 0) * times
        return replace(state, runs=tuple(runs), uploaded_bytes=uploaded)

    def _stored(self, job: FilledJob, day: int, later: Millis, higher: int) -> StoredRun:
        run = self._fleet.of_job(job, day)
        entry = bodies.entry(run._replace(began=run.began + later))
        return entry.stored(day * self._fleet.jobs + job.number + 1 + higher)


def _all_jobs() -> Iterator[FilledJob]:
    return map(FilledJob, range(100 * 100 * SIZES))
