"""Sums over runs: counts by status, sums that may be unreported, medians."""

import statistics

from exporter.jobs.history import BASELINE_MIN_RUNS
from exporter.model import MAX_INT64, Status
from exporter.times import Millis

Counted = tuple[int, int, int, int, int, int]
"""Runs by status, in the order of `Status`."""


def added(total: int | None, more: int | None) -> int | None:
    """Add two sums that may be unreported; stop at the largest number of a database."""
    if total is None or more is None:
        return more if total is None else total
    return min(total + more, MAX_INT64)


def counted(runs: tuple[int, ...], status: Status, more: int = 1) -> Counted:
    """Count runs of a status."""
    counts = list(runs)
    counts[status.code] += more
    return by_status(counts)


def merged(one: tuple[int, ...], other: tuple[int, ...]) -> Counted:
    """Add two counts."""
    return by_status([mine + theirs for mine, theirs in zip(one, other, strict=True)])


def last_of(one: Millis | None, other: Millis | None) -> Millis | None:
    """Return the later of two timestamps, if any."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def first_of(one: Millis | None, other: Millis | None) -> Millis | None:
    """Return the earlier of two timestamps, if any."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def by_status(counts: list[int]) -> Counted:
    """Return counts in the order of `Status`."""
    success, warning, error, fatal, unknown, interrupted = counts
    return success, warning, error, fatal, unknown, interrupted


def median(values: list[int | None]) -> float | None:
    """Return the median of the reported values, or None where there are too few."""
    reported = [value for value in values if value is not None]
    return statistics.median(reported) if len(reported) >= BASELINE_MIN_RUNS else None
