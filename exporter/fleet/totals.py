"""The sums over all jobs, updated with every change instead of counting ten thousand jobs."""

from typing import NamedTuple, Self

from exporter.jobs.state import JobState


class JobTotals(NamedTuple):
    """A job's share of the totals, or the sum of many."""

    jobs: int
    completed: int
    failed: int
    failing: int
    interrupted: int = 0

    @classmethod
    def from_state(cls, state: JobState, *, exists: bool, failing: bool) -> Self:
        """Count a job; one that exists is a backup job, whether or not a run ended."""
        return cls(
            int(exists),
            state.completed_runs,
            state.failed_runs,
            int(failing),
            state.interrupted_ever,
        )

    def replacing(self, known: "JobTotals", new: "JobTotals") -> "JobTotals":
        """Return a sum with a job's share replaced."""
        return JobTotals(*map(_replaced, self, known, new))


ZERO = JobTotals(0, 0, 0, 0)


class TotalsByJob:
    """The share of each job, and their sums for the fleet's `Totals`. Not thread-safe."""

    def __init__(self) -> None:
        self._of_jobs: dict[int, tuple[int, ...]] = {}
        """Plain tuples of numbers, which the garbage collector need not look at."""
        self.sums = ZERO

    def of(self, job_id: int) -> JobTotals:
        """Return a job's share."""
        return JobTotals(*self._of_jobs.get(job_id, ZERO))

    def put(self, job_id: int, totals: JobTotals) -> None:
        """Replace a job's share."""
        self.sums = self.sums.replacing(self.of(job_id), totals)
        self._of_jobs[job_id] = tuple(totals)

    def remove(self, job_id: int) -> None:
        """Remove a job's share."""
        self.put(job_id, ZERO)
        del self._of_jobs[job_id]


def _replaced(total: int, known: int, new: int) -> int:
    return total - known + new
