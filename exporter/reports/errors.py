"""Why a body is not a report."""

from typing import NamedTuple


class Problem(NamedTuple):
    """One thing that is wrong: where, and what would be right."""

    field: str
    message: str


class ReportError(Exception):
    """A body that cannot be understood; `problems` are for the person who sent it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = problems
