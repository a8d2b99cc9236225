"""What jobs add to the figures of the fleet."""

from typing import NamedTuple, Self

from exporter.state import JobState


class Tally(NamedTuple):
    """A job's share of the figures, or the sum of many."""

    jobs: int
    completed: int
    failed: int
    failing: int

    @classmethod
    def of(cls, state: JobState) -> Self:
        """Return what a job adds."""
        return cls(
            int(state.is_backup), state.completed_runs, state.failed_runs, int(state.failing)
        )

    def replacing(self, known: "Tally", new: "Tally") -> "Tally":
        """Return a sum with what a job added replaced."""
        return Tally(*map(_replaced, self, known, new))


NOTHING = Tally(0, 0, 0, 0)


def _replaced(total: int, known: int, new: int) -> int:
    return total - known + new
