"""Sorted indexes of deadlines, so that those that passed are found without the others."""

import bisect
from collections.abc import Sequence

from exporter.times import Millis


class DeadlineIndex:
    """The deadline of each job that has one. Not thread-safe."""

    def __init__(self) -> None:
        self._ordered: list[tuple[Millis, int]] = []
        self._by_job: dict[int, Millis] = {}

    def set(self, job_id: int, deadline: Millis | None) -> None:
        """Replace a job's deadline; None removes it."""
        known = self._by_job.pop(job_id, None)
        if known is not None:
            del self._ordered[bisect.bisect_left(self._ordered, (known, job_id))]
        if deadline is not None:
            self._by_job[job_id] = deadline
            bisect.insort(self._ordered, (deadline, job_id))

    def count_before(self, now: Millis) -> int:
        """Return how many jobs are overdue."""
        return bisect.bisect_left(self._ordered, (now, 0))

    def before(self, now: Millis) -> list[int]:
        """Return the jobs that are overdue, the longest overdue first."""
        return [job_id for _, job_id in self._ordered[: self.count_before(now)]]

    def between(self, one: Millis, other: Millis) -> list[int]:
        """Return the jobs that are overdue at one of two times and not at the other."""
        first, last = sorted((self.count_before(one), self.count_before(other)))
        return [job_id for _, job_id in self._ordered[first:last]]

    def first(self) -> Millis | None:
        """Return the earliest deadline; None where there is none."""
        return self._ordered[0][0] if self._ordered else None


class SeveralDeadlines:
    """Some deadlines of the few jobs that have any. Not thread-safe."""

    def __init__(self) -> None:
        self._ordered: list[tuple[Millis, int]] = []
        self._by_job: dict[int, Sequence[Millis]] = {}

    def set(self, job_id: int, deadlines: Sequence[Millis]) -> None:
        """Replace a job's deadlines."""
        for known in self._by_job.pop(job_id, ()):
            del self._ordered[bisect.bisect_left(self._ordered, (known, job_id))]
        if deadlines:
            self._by_job[job_id] = deadlines
        for deadline in deadlines:
            bisect.insort(self._ordered, (deadline, job_id))

    def between(self, one: Millis, other: Millis) -> frozenset[int]:
        """Return the jobs with a deadline that is reached at one of two times and not at both."""
        first, last = (
            bisect.bisect_left(self._ordered, (at + 1, 0)) for at in sorted((one, other))
        )
        return frozenset(job_id for _, job_id in self._ordered[first:last])
