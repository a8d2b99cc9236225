"""What is kept of earlier runs: short lists in the order of starts, oldest first."""

import bisect
from collections.abc import Collection
from typing import Protocol, TypeVar

from msgspec import Struct

from exporter.model import Order, Status
from exporter.times import DAY, Millis

RECENT_RUNS = 20
"""A deadline allows for the durations of so many last runs."""

REPORTED_RUNS = 10
"""From the last ten plans of Duplicati follows how far it plans ahead."""

MIN_STARTS = 10
"""A schedule is learned from so many runs, however old."""

KEPT_DAYS = 31
"""Starts are kept for so long: enough to learn a schedule from, with an absence within it,"""

MAX_STARTS = 1000
"""but at most so many: ten days of a run every quarter of an hour."""

BASELINE_RUNS = 20
"""A run is compared with the completed runs before it: at most so many,"""

BASELINE_MIN_RUNS = 3
"""and at least so many."""

COMPLETED_RUNS = BASELINE_RUNS + 1
"""The last run may be one of them."""


class PastRun(Struct, frozen=True, array_like=True, gc=False):
    """What is kept of every run: its place among the others."""

    started: Millis
    id: int

    @property
    def order(self) -> Order:
        """The key that sorts the runs of a job from first to last."""
        return self.started, self.id


class RunTimestamp(PastRun, frozen=True, array_like=True, gc=False):
    """A timestamp that belongs to a run."""

    timestamp: Millis


class GoodRun(PastRun, frozen=True, array_like=True, gc=False):
    """The last run that completed: when it ended, and how."""

    over: Millis
    status: Status


class MeasuredRun(PastRun, frozen=True, array_like=True, gc=False):
    """What the last run that read its whole source found there."""

    examined_files: int | None
    examined_bytes: int | None


class CompletedRun(PastRun, frozen=True, array_like=True, gc=False):
    """What later runs are compared with of a completed run."""

    duration: Millis | None
    examined_bytes: int | None
    changed_files: int | None


class RecentRun(PastRun, frozen=True, array_like=True, gc=False):
    """What the deadline needs of a run of any status, and how it ended.

    The status is stored as its code: a word for each of twenty runs would make states, of which two
    fit into a page of the database, too long for that. It is None for what older versions kept;
    such a run completed or failed.
    """

    duration: Millis | None
    code: int | None = None

    @property
    def status(self) -> Status | None:
        """How it ended."""
        return None if self.code is None else _STATUSES[self.code]


_STATUSES = tuple(Status)


class ReportedRun(PastRun, frozen=True, array_like=True, gc=False):
    """What Duplicati's own scheduler reported with a run: when the next one is planned.

    A plan from the scheduler itself also has the longest interval between planned starts.
    """

    timestamp: Millis
    interval: Millis | None = None


class Placed(Protocol):
    """A run of a job, or what is kept of one."""

    @property
    def started(self) -> Millis:
        """When the run started."""
        ...

    @property
    def id(self) -> int:
        """The run's id."""
        ...


Entry = TypeVar("Entry", bound=Placed)


def later(known: Entry | None, entry: Entry) -> Entry:
    """Return the one of two whose run comes later; `entry` where both are of one run."""
    if known is None or (known.started, known.id) <= (entry.started, entry.id):
        return entry
    return known


def latest(one: Entry | None, other: Entry | None) -> Entry | None:
    """Return the one of two, if any, whose run comes later."""
    return one if other is None else later(one, other)


def unless_of(entry: Entry | None, ids: Collection[int]) -> Entry | None:
    """Return what is kept of a run, unless it is one of these."""
    return None if entry is None or entry.id in ids else entry


def without(entries: tuple[Entry, ...], run_id: int) -> tuple[Entry, ...]:
    """Remove what is kept of a run."""
    return tuple(entry for entry in entries if entry.id != run_id)


def merged(one: tuple[Entry, ...], other: tuple[Entry, ...], most: int) -> tuple[Entry, ...]:
    """Join two lists and keep only the newest."""
    joined = sorted((*one, *other), key=lambda each: (each.started, each.id))
    return tuple(joined[-most:])


def newest(entries: tuple[Entry, ...], entry: Entry, most: int) -> tuple[Entry, ...]:
    """Add an entry in its place and keep only the newest; most come in order."""
    joined = (*entries, entry)
    if entries and entry.started <= entries[-1].started:
        joined = tuple(sorted(joined, key=lambda each: (each.started, each.id)))
    return joined[-most:]


def with_start(starts: tuple[Millis, ...], started: Millis) -> tuple[Millis, ...]:
    """Add a start in its place and keep only the newest."""
    joined = (*starts, started)
    if starts and started < starts[-1]:
        joined = tuple(sorted(joined))
    return newest_starts(joined)


def without_start(starts: tuple[Millis, ...], started: Millis) -> tuple[Millis, ...]:
    """Remove a start, once, where it is kept."""
    if started not in starts:
        return starts
    at = starts.index(started)
    return starts[:at] + starts[at + 1 :]


def newest_starts(joined: tuple[Millis, ...]) -> tuple[Millis, ...]:
    """Keep the starts of the last days or of the last ten runs, whichever is more."""
    if not joined:
        return joined
    first = bisect.bisect_left(joined, joined[-1] - KEPT_DAYS * DAY)
    return joined[min(first, max(len(joined) - MIN_STARTS, 0)) :][-MAX_STARTS:]
