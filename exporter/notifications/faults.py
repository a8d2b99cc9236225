"""What is wrong beside the jobs: with the daemon, and with the servers that are pulled from."""

import time
from collections.abc import Callable, Mapping

from msgspec import Struct

from exporter.exposition.self_metrics import SelfMetrics
from exporter.formatting import exact
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper
from exporter.limits import Limit
from exporter.model.conditions import DaemonCondition
from exporter.notifications.deliveries import LATE
from exporter.store import Store, StoreUnavailableError
from exporter.times import DAY, SECOND, Millis

LIMITS = frozenset({Limit.SERVERS, Limit.JOBS, Limit.JOBS_PER_SERVER, Limit.UPLOAD_MEMORY})
"""The limits at which reports are refused that would have been recorded."""

_PROBED_EVERY_SECONDS = 60.0
"""Each probe writes to the disk."""

PullFailures = Callable[[], Mapping[str, str | None]]
"""Returns for each server that is pulled from why that fails.

Empty where it does not, None where that is not known yet.
"""


class Sources(Struct, frozen=True):
    """Who knows what is wrong. `oldest_waiting` is when the oldest undelivered message was made."""

    store: Store
    refusals: Refusals
    timekeeper: Timekeeper
    self_metrics: SelfMetrics
    oldest_waiting: Callable[[], Millis | None]
    pull_failures: PullFailures


class DaemonFaults:
    """Looks for what is wrong. Needs one caller at a time."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._probed_at = -_PROBED_EVERY_SECONDS
        self._storage: str | None = None

    def of_daemon(self, now: Millis) -> Mapping[DaemonCondition, str]:
        """Return what is wrong with the daemon, each with its reason."""
        reasons = {
            DaemonCondition.STORAGE: self.storage(),
            DaemonCondition.REFUSED: self._refused(now),
            DaemonCondition.CLOCK: self._sources.timekeeper.fault(),
            DaemonCondition.NOTIFICATIONS: self._waiting(now),
            DaemonCondition.LIMIT: self._limit(),
        }
        return {condition: reason for condition, reason in reasons.items() if reason is not None}

    def of_pulls(self) -> Mapping[str, str | None]:
        """Return for each server that is pulled from why that fails, as `PullFailures` does."""
        return self._sources.pull_failures()

    def storage(self) -> str | None:
        """Return why reports cannot be stored; None if they can."""
        if time.monotonic() - self._probed_at >= _PROBED_EVERY_SECONDS:
            self._storage = self._probe()
            self._probed_at = time.monotonic()
        return self._storage

    def _probe(self) -> str | None:
        try:
            self._sources.store.check_writable()
        except StoreUnavailableError as error:
            return f"reports cannot be stored: {error}"
        return None

    def _refused(self, now: Millis) -> str | None:
        found = self._sources.refusals.open(now)
        if found is None:
            return None
        return f"refused from {found.newest.address}: {found.newest.reason}"

    def _waiting(self, now: Millis) -> str | None:
        oldest = self._sources.oldest_waiting()
        if oldest is None or now - oldest < LATE:
            return None
        return f"a message waits since {exact(oldest)}"

    def _limit(self) -> str | None:
        hit = self._sources.self_metrics.limits_hit_within(DAY / SECOND)
        names = [limit.value for limit in Limit if limit in LIMITS.intersection(hit)]
        return f"reached in the last day: {', '.join(names)}" if names else None
