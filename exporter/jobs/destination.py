"""What the runs of a job report of its destination: what is stored there, and the space left.

Values are those of the newest run that reported them, also of one that was interrupted or died:
zeros only mean that a run did not look (seen in Duplicati 2.1 to 2.3.1).
"""

from msgspec import Struct

from exporter.jobs.history import PastRun, RunTimestamp, latest
from exporter.jobs.space import FreeSpace, full_at, is_nearly_full, joined, with_figure
from exporter.model import StoredRun, believed
from exporter.times import Millis


class Stored(PastRun, frozen=True, array_like=True, gc=False):
    """What a run that looked at the destination found there."""

    stored_bytes: int | None
    versions: int | None


class Quota(PastRun, frozen=True, array_like=True, gc=False):
    """The space at the destination, in bytes."""

    free_bytes: int | None
    total_bytes: int | None


class Destination(Struct, frozen=True, array_like=True, gc=False):
    """What is known of a destination; each part from the newest run that reported it.

    `free` are the free bytes of the last days, which a trend is read from: see
    `exporter.jobs.space`.
    """

    stored: Stored | None = None
    quota: Quota | None = None
    newest_version: RunTimestamp | None = None
    free: tuple[FreeSpace, ...] = ()

    @property
    def is_nearly_full(self) -> bool:
        """Whether hardly any of its space is free."""
        quota = self.quota
        return quota is not None and is_nearly_full(quota.free_bytes, quota.total_bytes)

    @property
    def full_at(self) -> Millis | None:
        """When no space is left if the trend goes on; None where that is not foreseeable."""
        return full_at(self.free)

    def with_run(self, run: StoredRun) -> "Destination":
        """Return the destination with one more run, or with a known run updated."""
        quota = _quota(run)
        return Destination(
            latest(self.stored, _stored(run)),
            latest(self.quota, quota),
            latest(self.newest_version, _newest_version(run)),
            self._with_free(quota),
        )

    def merged_with(self, other: "Destination") -> "Destination":
        """Return the destination of two jobs together."""
        return Destination(
            latest(self.stored, other.stored),
            latest(self.quota, other.quota),
            latest(self.newest_version, other.newest_version),
            joined((*self.free, *other.free)),
        )

    def _with_free(self, quota: Quota | None) -> tuple[FreeSpace, ...]:
        if quota is None or quota.free_bytes is None:
            return self.free
        return with_figure(self.free, FreeSpace(quota.started, quota.id, quota.free_bytes))


def free_bytes(run: StoredRun) -> int | None:
    """Return the free space that a run found at the destination; None if it did not say it."""
    found = _quota(run)
    return None if found is None else found.free_bytes


def _stored(run: StoredRun) -> Stored | None:
    counts = run.run.counts
    if not run.run.looked_at_destination:
        return None
    return Stored(run.started, run.id, counts.stored_bytes, counts.versions)


def _quota(run: StoredRun) -> Quota | None:
    """Return the space that a run found: -1 is of a destination that does not say it."""
    counts = run.run.counts
    free, total = _known(counts.quota_free_bytes), _known(counts.quota_total_bytes)
    if not free and not total:
        return None
    return Quota(run.started, run.id, free, total or None)


def _known(size: int | None) -> int | None:
    return size if size is not None and size >= 0 else None


def _newest_version(run: StoredRun) -> RunTimestamp | None:
    version = run.run.newest_version
    return (
        None
        if version is None
        else RunTimestamp(run.started, run.id, believed.timestamp(run, version))
    )
