"""What the runs of a job report of its destination: what is stored there, and the space left.

Values are those of the newest run that reported them, also of one that was interrupted or died:
zeros only mean that a run did not look (seen in Duplicati 2.1 to 2.3.1).
"""

from msgspec import Struct

from exporter.jobs.history import PastRun, RunTimestamp, latest
from exporter.model import StoredRun, believed
from exporter.times import DAY, Millis

FORESEEN_DAYS = 3650
"""A destination that is full later than this is never full."""

_SHORTEST: Millis = DAY
"""Within less than a day one large upload would decide alone."""


class Stored(PastRun, frozen=True, array_like=True, gc=False):
    """What a run that looked at the destination found there."""

    stored_bytes: int | None
    versions: int | None


class Quota(PastRun, frozen=True, array_like=True, gc=False):
    """The space at the destination, in bytes."""

    free_bytes: int | None
    total_bytes: int | None


class Destination(Struct, frozen=True, array_like=True, gc=False):
    """What is known of a destination; each part from the newest run that reported it."""

    stored: Stored | None = None
    quota: Quota | None = None
    newest_version: RunTimestamp | None = None

    def with_run(self, run: StoredRun) -> "Destination":
        """Return the destination with one more run, or with a known run updated."""
        return Destination(
            latest(self.stored, _stored(run)),
            latest(self.quota, _quota(run)),
            latest(self.newest_version, _newest_version(run)),
        )

    def merged_with(self, other: "Destination") -> "Destination":
        """Return the destination of two jobs together."""
        return Destination(
            latest(self.stored, other.stored),
            latest(self.quota, other.quota),
            latest(self.newest_version, other.newest_version),
        )


def full_in_days(quota: Quota, earlier_free: int, earlier: Millis) -> float | None:
    """Return in how many days after a run its destination is full.

    Args:
        quota: the space that the run found.
        earlier_free: the free bytes that an earlier run found.
        earlier: when that one started.

    Returns:
        The days, if the space goes on to shrink as it did between the runs; None if that is
        unknown, or does not happen in the next ten years.
    """
    span, free = quota.started - earlier, quota.free_bytes
    if free is None or span < _SHORTEST or free >= earlier_free:
        return None
    days = free * span / (earlier_free - free) / DAY
    return days if days <= FORESEEN_DAYS else None


def _stored(run: StoredRun) -> Stored | None:
    counts = run.run.counts
    if not run.run.looked_at_destination:
        return None
    return Stored(run.started, run.id, counts.stored_bytes, counts.versions)


def _quota(run: StoredRun) -> Quota | None:
    counts = run.run.counts
    free, total = _known(counts.quota_free_bytes), _known(counts.quota_total_bytes)
    if free is None and total is None:
        return None
    return Quota(run.started, run.id, free, total)


def _known(size: int | None) -> int | None:
    """Return a size, or None for an unknown quota: -1, and 0 where the run did not look."""
    return size if size is not None and size > 0 else None


def _newest_version(run: StoredRun) -> RunTimestamp | None:
    version = run.run.newest_version
    return (
        None
        if version is None
        else RunTimestamp(run.started, run.id, believed.timestamp(run, version))
    )
