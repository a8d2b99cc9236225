"""What a store counts over many runs."""

from typing import Protocol

from exporter.store.values import RunCounts
from exporter.times import Millis


class Summaries(Protocol):
    """What a store counts over many runs: the same rules for threads and errors hold."""

    def run_counts(self, since: Millis, until: Millis) -> list[RunCounts]:
        """Return what the backup runs that started in a span add up to, in the order of the jobs.

        `since` is included, `until` is not. A job without such a run is left out, and so are dry
        runs.
        """
        ...
