"""What holds for each job, kept from one question to the next.

It changes when a report or a person changes a job, and at times that are known in advance. So a
question evaluates only the jobs that changed since the last one, and those whose time has come.
"""

import threading
from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct

from exporter.conditions.counts import StatusSummary
from exporter.conditions.evaluate import EvaluatedJob, conditions, evaluate_all
from exporter.conditions.kept import Kept
from exporter.conditions.ranking import worst_in_trouble
from exporter.fleet import Fleet
from exporter.fleet.taking import take_all
from exporter.fleet.views import JobView
from exporter.fleet.watching import ChangedJobs
from exporter.times import Millis


class Worst(NamedTuple):
    """How many jobs there are by what holds for them, and the worst ones in trouble."""

    summary: StatusSummary
    jobs: list[EvaluatedJob]


class Period(Struct, frozen=True, eq=False):
    """A time in which the same holds for each job, counted in `summary`.

    It begins at `since` and ends before `until`, or, at None, only when a job changes: with a
    number of changes of the fleet other than `changes`.
    """

    summary: StatusSummary
    changes: int
    since: Millis
    until: Millis | None

    def has(self, now: Millis, changes: int) -> bool:
        """Return whether it still lasts."""
        lasts = self.since <= now and (self.until is None or now < self.until)
        return lasts and changes == self.changes


class Standing:
    """Answers what holds for the jobs of a fleet at the current time. Thread-safe.

    The first question evaluates all jobs; reports are applied meanwhile. The clock may be set back.
    """

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._lock = threading.Lock()
        self._kept = Kept()
        self._watch = fleet.watch_jobs()
        self._period: Period | None = None

    def period(self, now: Millis) -> Period:
        """Return the present period: the very same one as long as it lasts, without a lock."""
        known, changes = self._period, self._fleet.changing.number
        if known is not None and known.has(now, changes):
            return known
        with self._lock:
            kept = self._current(now)
            self._period = found = Period(kept.summary(), changes, now, kept.next_turn())
        return found

    def is_current(self, now: Millis) -> bool:
        """Return whether the period lasts that was last returned: nothing is to be evaluated."""
        known = self._period
        return known is not None and known.has(now, self._fleet.changing.number)

    def summary(self, now: Millis) -> StatusSummary:
        """Return how many jobs there are, and of how many each condition holds."""
        return self.period(now).summary

    def worst(self, now: Millis, most: int) -> Worst:
        """Return the same, and the worst jobs in trouble that are neither muted nor paused."""
        with self._lock:
            kept = self._current(now)
            summary, job_ids = kept.summary(), kept.worst_ids(most)
        views = filter(None, map(self._fleet.job, job_ids))
        return Worst(summary, worst_in_trouble(evaluate_all(views, now), most))

    def evaluated(self, views: Iterable[JobView], now: Millis) -> list[EvaluatedJob]:
        """Return jobs of the fleet with all that holds for them."""
        with self._lock:
            kept = self._current(now)
        return [EvaluatedJob(view, kept.held(view) or conditions(view, now)) for view in views]

    def _current(self, now: Millis) -> Kept:
        """Return what holds now, after evaluating what changed."""
        try:
            self._look_again(now)
            for changed in take_all(self._fleet, self._watch):
                self._take(changed, now)
        except BaseException:  # jobs were taken that are not evaluated: begin with all of them
            self._watch.close()
            self._kept, self._watch = Kept(), self._fleet.watch_jobs()
            raise
        return self._kept

    def _look_again(self, now: Millis) -> None:
        """Evaluate the jobs whose time has come. One that is not found has changed, too."""
        for job_id in self._kept.outdated(now):
            view = self._fleet.job(job_id)
            if view is not None:
                self._put(view, now)

    def _take(self, changed: ChangedJobs, now: Millis) -> None:
        for job_id in changed.taken:
            self._kept.forget(job_id)
        for view in changed.views:
            self._put(view, now)
        for job_id in changed.errored:
            self._kept.put_errored(job_id)

    def _put(self, view: JobView, now: Millis) -> None:
        self._kept.put(EvaluatedJob(view, conditions(view, now)), now)
