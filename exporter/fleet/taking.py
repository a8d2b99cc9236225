"""Takes all that changed, in parts: reports wait no longer than for one of them."""

from collections.abc import Iterator

from exporter.fleet.fleet import Fleet
from exporter.fleet.watching import MOST_TAKEN, ChangedJobs, JobWatch


def take_all(fleet: Fleet, watch: JobWatch) -> Iterator[ChangedJobs]:
    """Yield the jobs that changed before the call, and few of those that change meanwhile."""
    for _ in range(0, watch.count(), MOST_TAKEN):
        yield fleet.take_changed(watch)
