"""The sums over all jobs, kept with every change: nobody has to count ten thousand of them."""

from typing import NamedTuple, Self

from exporter.jobs.state import JobState


class JobTotals(NamedTuple):
    """A job's share of the figures, or the sum of many."""

    jobs: int
    completed: int
    failed: int
    failing: int

    @classmethod
    def from_state(cls, state: JobState, *, exists: bool, failing: bool) -> Self:
        """Count a job; one that exists is a backup job, whether or not a run ended."""
        return cls(int(exists), state.completed_runs, state.failed_runs, int(failing))

    def replacing(self, known: "JobTotals", new: "JobTotals") -> "JobTotals":
        """Return a sum with what a job added replaced."""
        return JobTotals(*map(_replaced, self, known, new))


ZERO = JobTotals(0, 0, 0, 0)


class FleetTotals:
    """The tally of each job and their sums. Needs one caller at a time."""

    def __init__(self) -> None:
        self._of_jobs: dict[int, JobTotals] = {}
        self.sums = ZERO

    def of(self, job_id: int) -> JobTotals:
        """Return what a job adds."""
        return self._of_jobs.get(job_id, ZERO)

    def put(self, job_id: int, totals: JobTotals) -> None:
        """Replace what a job adds."""
        self.sums = self.sums.replacing(self.of(job_id), totals)
        self._of_jobs[job_id] = totals

    def remove(self, job_id: int) -> None:
        """Take away what a job adds."""
        self.put(job_id, ZERO)
        del self._of_jobs[job_id]


def _replaced(total: int, known: int, new: int) -> int:
    return total - known + new
