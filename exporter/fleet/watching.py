"""Which jobs changed, for those who must not look at all of them again and again."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from exporter.fleet.evaluation import EVALUATED_AT_ONCE
from exporter.fleet.views import JobView

MOST_TAKEN = 200
"""Reports wait meanwhile, and Python lets no thread run undisturbed for more than 5 ms."""


class ChangedJobs(NamedTuple):
    """The jobs that changed as they are now, and the ids of those that are gone or not known.

    `errored` are those that an error leaves out, `taken` all of them: some never made a backup.
    """

    views: list[JobView]
    gone: list[int]
    errored: list[int]
    taken: frozenset[int]


class JobWatch:
    """The jobs that a report or a person changed since they were last taken, the first ones first.

    `changed` is set while there are any. Only the fleet adds and takes. Whoever has opened a watch
    closes it in the end.
    """

    def __init__(self) -> None:
        self.changed = threading.Event()
        self.closed = False
        self._ids: dict[int, None] = {}

    def add(self, job_id: int) -> None:
        """Note that a job changed."""
        self._ids[job_id] = None
        if not self.changed.is_set():
            self.changed.set()

    def count(self) -> int:
        """Return how many jobs changed."""
        return len(self._ids)

    def close(self) -> None:
        """Note that nobody takes from the watch any more."""
        self.closed = True

    def take(self) -> frozenset[int]:
        """Return the ids of some jobs that changed, and forget them."""
        taken = frozenset(islice(self._ids, MOST_TAKEN))
        for job_id in taken:
            del self._ids[job_id]
        if not self._ids:
            self._ids = {}  # one that was emptied keeps the memory of all that it had
            self.changed.clear()
        return taken


class Watches:
    """All watches of the jobs. Needs one caller at a time."""

    def __init__(self) -> None:
        self._open: list[JobWatch] = []

    def open(self, job_ids: Iterable[int]) -> JobWatch:
        """Return a watch to which these jobs are new."""
        watch = JobWatch()
        self._open = [*(each for each in self._open if not each.closed), watch]
        for job_id in job_ids:
            watch.add(job_id)
        return watch

    def note(self, job_id: int) -> None:
        """Note for each watch that a job changed."""
        for watch in self._open:
            watch.add(job_id)


def parts(job_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield all jobs, so many at a time as are judged at once."""
    for first in range(0, len(job_ids), EVALUATED_AT_ONCE):
        yield job_ids[first : first + EVALUATED_AT_ONCE]
