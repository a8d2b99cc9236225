"""What was found out of each job and holds until a time. Not thread-safe but for `held`."""

from collections import Counter
from heapq import nsmallest
from itertools import takewhile

from msgspec import Struct

from exporter.conditions.counts import StatusSummary, failed_at
from exporter.conditions.evaluate import EvaluatedJob, Held
from exporter.conditions.ranking import Place, place, troubles_somebody
from exporter.conditions.upcoming import next_change
from exporter.fleet.deadlines import DeadlineIndex
from exporter.fleet.views import JobView
from exporter.jobs.health import JobHealth
from exporter.times import Millis


class _Found(Struct, frozen=True, gc=False):
    """What holds for a job, when that was found, and the health that the fleet had then.

    The fleet makes a new one of these whenever a report or a person changes the job.
    """

    held: Held
    at: Millis
    health: JobHealth


class Kept:
    """What holds for each job, and how many there are for which the same holds.

    `errored` are the jobs that could not be evaluated.
    """

    def __init__(self) -> None:
        self._found: dict[int, _Found] = {}  # in the order in which it was found
        self._alike: Counter[Held] = Counter()
        self._one_of_each: dict[Held, Held] = {}  # thousands of jobs share a few
        self._turns = DeadlineIndex()
        self._failures: dict[int, Millis] = {}
        self._places: dict[int, Place] = {}
        self._summary: StatusSummary | None = None
        self.errored: set[int] = set()

    def put(self, job: EvaluatedJob, now: Millis) -> None:
        """Keep what holds for a job now."""
        view, job_id = job.view, job.view.job.id
        self.forget(job_id)
        held = self._one_of_each.setdefault(job.held, job.held)
        self._found[job_id] = _Found(held, now, view.health)
        self._alike[held] += 1
        self._turns.set(job_id, next_change(view, now))
        failed = failed_at(job)
        if failed is not None:
            self._failures[job_id] = failed
        if troubles_somebody(job):
            self._places[job_id] = place(job)

    def put_errored(self, job_id: int) -> None:
        """Keep that a job could not be evaluated."""
        self.forget(job_id)
        self.errored.add(job_id)

    def forget(self, job_id: int) -> None:
        """Forget a job, if it is known."""
        self._summary = None
        self.errored.discard(job_id)
        found = self._found.pop(job_id, None)
        if found is None:
            return
        self._alike[found.held] -= 1
        self._turns.set(job_id, None)
        self._failures.pop(job_id, None)
        self._places.pop(job_id, None)

    def held(self, view: JobView) -> Held | None:
        """Return what holds for a job; None where it has changed. Thread-safe."""
        found = self._found.get(view.job.id)
        return None if found is None or found.health is not view.health else found.held

    def outdated(self, now: Millis) -> list[int]:
        """Return the jobs for which something else may hold by now, or held then if it is earlier.

        What was found holds from then on until the next turn, so not before it was found.
        """
        later = takewhile(lambda job_id: self._found[job_id].at > now, reversed(self._found))
        return [*later, *self._turns.before(now + 1)]

    def next_turn(self) -> Millis | None:
        """Return when something else may hold although no job changes; None without such a time."""
        return self._turns.first()

    def summary(self) -> StatusSummary:
        """Return how many jobs there are, and of how many each condition holds."""
        if self._summary is None:
            last_failure = max(self._failures.values(), default=None)
            self._summary = StatusSummary.of_alike(+self._alike, len(self.errored), last_failure)
        return self._summary

    def worst_ids(self, most: int) -> list[int]:
        """Return the worst jobs that somebody should look at, worst first."""
        return [place[-1] for place in nsmallest(most, self._places.values())]
