"""How many bytes all backups have, kept from one question to the next.

A question looks only at the jobs that changed since the last one, so that reports need not wait
for what few ask for.
"""

import threading
from typing import NamedTuple

from exporter.fleet.fleet import Fleet
from exporter.fleet.newest import Newest
from exporter.fleet.taking import take_all
from exporter.fleet.views import JobView
from exporter.fleet.watching import ChangedJobs
from exporter.jobs.state import JobState
from exporter.times import Millis


class Volume(NamedTuple):
    """The bytes of a job, or the sums over many.

    `uploaded` by all runs ever; `stored` at the destination and `examined` at the source as the
    newest run told that knew. What no run told counts as 0.
    """

    uploaded: int = 0
    stored: int = 0
    examined: int = 0

    @classmethod
    def from_state(cls, state: JobState) -> "Volume":
        """Return the bytes of a job."""
        stored, complete = state.destination.stored, state.last_complete
        return cls(
            state.uploaded_bytes or 0,
            (stored.stored_bytes if stored else None) or 0,
            (complete.examined_bytes if complete else None) or 0,
        )

    def replacing(self, known: "Volume", new: "Volume") -> "Volume":
        """Return a sum with a job's share replaced."""
        shares = zip(self, known, new, strict=True)
        return Volume(*(total - before + now for total, before, now in shares))


class Volumes:
    """Answers how much the jobs of a fleet hold, and when the newest run began. Thread-safe."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._lock = threading.Lock()
        self._begin()

    def current(self) -> tuple[Volume, Millis | None]:
        """Return the sums, and when the newest backup run began: None before any."""
        with self._lock:
            try:
                for changed in take_all(self._fleet, self._watch):
                    self._take(changed)
            except BaseException:  # jobs were taken that are not counted: begin with all of them
                self._watch.close()
                self._begin()
                raise
            return self._sums, self._starts.newest

    def _begin(self) -> None:
        self._by_job: dict[int, Volume] = {}
        self._sums = Volume()
        self._starts = Newest()
        self._watch = self._fleet.watch_jobs()

    def _take(self, changed: ChangedJobs) -> None:
        views = {view.job.id: view for view in changed.views}
        for job_id in changed.taken - views.keys():
            self._remove(job_id)
        for view in views.values():
            self._put(view)

    def _put(self, view: JobView) -> None:
        job_id, state = view.job.id, view.job.state
        volume = Volume.from_state(state)
        self._sums = self._sums.replacing(self._by_job.get(job_id, Volume()), volume)
        self._by_job[job_id] = volume
        if state.last is None:
            self._starts.remove(job_id)
        else:
            self._starts.put(job_id, state.last.started)

    def _remove(self, job_id: int) -> None:
        known = self._by_job.pop(job_id, None)
        if known is not None:
            self._sums = self._sums.replacing(known, Volume())
            self._starts.remove(job_id)
