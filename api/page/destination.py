"""What the page of a job shows of its destination: space, growth, and when it is full."""

from msgspec import Struct

from exporter import formatting
from exporter.formatting import DisplayTime
from exporter.jobs.destination import Destination, Quota
from exporter.jobs.space import daily_growth
from exporter.language import gettext as _
from exporter.times import Millis


class Space(Struct, frozen=True):
    """The space at a destination in words; None where it is unknown.

    `full` is when none is left, `is_full` whether that has passed, `found` when a run looked.
    """

    free: str | None
    total: str | None
    used: str | None
    growth: str
    full: DisplayTime | None
    is_full: bool
    found: DisplayTime


def space(destination: Destination, now: Millis) -> Space | None:
    """Return what is known of the space at a destination; None where no run reported any."""
    quota, full_at = destination.quota, destination.full_at
    if quota is None:
        return None
    return Space(
        free=None if quota.free_bytes is None else formatting.size(quota.free_bytes),
        total=None if quota.total_bytes is None else formatting.size(quota.total_bytes),
        used=_used(quota),
        growth=_growth(daily_growth(destination.free)),
        full=None if full_at is None else DisplayTime.from_timestamp(full_at, now),
        is_full=full_at is not None and full_at <= now,
        found=DisplayTime.from_timestamp(quota.started, now),
    )


def _used(quota: Quota) -> str | None:
    """Return how much is used; 100 % only where nothing is free."""
    free, total = quota.free_bytes, quota.total_bytes
    if free is None or total is None or free > total:
        return None
    return f"{formatting.size(total - free)}, {100 * (total - free) // total} %"


def _growth(daily: float | None) -> str:
    if daily is None:
        return _("not known: it takes three days")
    size = formatting.size(round(abs(daily)))
    if daily < 0:
        return _("{size} more free a day").format(size=size)
    return _("{size} a day").format(size=size)
