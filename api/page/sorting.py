"""The order of jobs that a column gives, asked for as ``?sort=name`` or ``?sort=-name``."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from exporter.conditions.evaluate import EvaluatedJob

_DOWN = "-"


class Column(Struct, frozen=True):
    """A column: the value that sorts a job, None where it has none; which order a link gives first.

    Jobs without a value come last, or first where they `lead` as what is longest ago.
    """

    value: Callable[[EvaluatedJob], Any]
    is_down_first: bool = False
    leads: bool = False


def _duration(job: EvaluatedJob) -> int | None:
    return job.view.health.last_duration


def _size(job: EvaluatedJob) -> int | None:
    return job.view.health.last_size


def _next(job: EvaluatedJob) -> int | None:
    expected = job.view.expectation
    return None if expected is None else expected.start


COLUMNS: Mapping[str, Column] = {
    "condition": Column(lambda job: job.held[0].rank),
    "name": Column(lambda job: job.view.job.name.casefold()),
    "server": Column(lambda job: job.view.server.shown_name.casefold()),
    "success": Column(lambda job: job.view.health.last_good, leads=True),
    "next": Column(_next),
    "duration": Column(_duration, is_down_first=True),
    "size": Column(_size, is_down_first=True),
}

WORST_FIRST = "condition"


class Sort(Struct, frozen=True):
    """By which column jobs are sorted, and whether from its end."""

    column: str = WORST_FIRST
    is_down: bool = False

    @property
    def is_default(self) -> bool:
        """Whether it is the order that nobody asked for: worst first."""
        return self == Sort()

    def direction(self, column: str) -> str | None:
        """Return what `aria-sort` says of a column, None where it does not sort."""
        if column != self.column:
            return None
        return "descending" if self.is_down else "ascending"

    def following(self, column: str) -> str:
        """Return what a link in the head of a column asks for: the other order where it sorts."""
        is_down = not self.is_down if column == self.column else COLUMNS[column].is_down_first
        return f"{_DOWN}{column}" if is_down else column

    @property
    def text(self) -> str:
        """The value of the parameter."""
        return f"{_DOWN}{self.column}" if self.is_down else self.column


def parse(text: str) -> Sort | None:
    """Return what a parameter asks for, None where there is no such column."""
    column = text.removeprefix(_DOWN) or WORST_FIRST
    return Sort(column, text.startswith(_DOWN)) if column in COLUMNS else None


def ordered(jobs: Sequence[EvaluatedJob], sort: Sort) -> list[EvaluatedJob]:
    """Return jobs that are sorted worst first by a column; equal ones stay as they are."""
    if sort.is_default:
        return list(jobs)
    column = COLUMNS[sort.column]
    valued = [(column.value(job), job) for job in jobs]
    known = [each for each in valued if each[0] is not None]
    known.sort(key=lambda each: each[0], reverse=sort.is_down)
    without = [job for value, job in valued if value is None]
    found = [job for _, job in known]
    return [*without, *found] if column.leads and not sort.is_down else [*found, *without]
