"""The values of the whole fleet at each slot of a grid, summed up job by job.

A job is stored as the differences where it changes, so thousands of them take the memory of one.
"""

from array import array
from collections.abc import Iterator
from itertools import accumulate, groupby, islice
from typing import NamedTuple

from exporter.exports.replay import Span
from exporter.exports.time_grid import TimeGrid
from exporter.fleet.totals import JobTotals
from exporter.fleet.views import Totals
from exporter.times import Millis


class Share(NamedTuple):
    """What a job adds to the fleet's values from a slot up to another, which is not included."""

    first: int
    end: int
    totals: JobTotals
    overdue: bool

    @classmethod
    def from_span(cls, span: Span) -> "Share":
        """Return what a job adds during a span."""
        snapshot = span.snapshot
        totals = JobTotals.from_state(snapshot.state, exists=True, failing=snapshot.failing)
        return cls(span.first, span.end, totals, snapshot.overdue)


class FleetSpan(NamedTuple):
    """The fleet's values from a slot up to another, which is not included."""

    first: int
    end: int
    totals: Totals


class FleetSums:
    """The sums so far."""

    def __init__(self, grid: TimeGrid, created: Millis) -> None:
        """Start with zeros; `created`, when the database was created, counts as a report."""
        self._grid = grid
        self._created = created
        self._servers = self._zeros()
        self._reports = self._zeros()
        self._overdue = self._zeros()
        self._jobs = [self._zeros() for _ in JobTotals._fields]

    def add(self, share: Share) -> None:
        """Add what a job adds during a span."""
        columns = (*self._jobs, self._overdue)
        for column, amount in zip(columns, (*share.totals, share.overdue), strict=True):
            column[share.first] += amount
            column[share.end] -= amount

    def add_server(self, since: Millis) -> None:
        """Count a server from a time on."""
        self._servers[self._grid.slot(since)] += 1

    def add_report(self, received: Millis) -> None:
        """Add the time when a report arrived."""
        slot = self._grid.slot(received)
        self._reports[slot] = max(self._reports[slot], received)

    def spans(self) -> Iterator[FleetSpan]:
        """Yield the values in the order of time."""
        first = 0
        for totals, group in groupby(self._totals()):
            end = first + sum(1 for _ in group)
            yield FleetSpan(first, end, totals)
            first = end

    def _totals(self) -> Iterator[Totals]:
        changes = (self._servers, *self._jobs, self._overdue)
        slots = zip(accumulate(self._reports, max), *map(accumulate, changes), strict=True)
        for last_report, servers, *figures in islice(slots, self._grid.count):
            *figures_of_jobs, overdue = figures
            jobs, newest = JobTotals(*figures_of_jobs), last_report or self._created
            yield Totals(
                servers, jobs.jobs, jobs.completed, jobs.failed, jobs.failing, overdue, newest
            )

    def _zeros(self) -> "array[int]":
        """Return a number for each slot and one for the time after them."""
        return array("q", bytes(8 * (self._grid.count + 1)))
