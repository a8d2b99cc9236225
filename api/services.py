"""What the app is built on."""

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from api.client_address import Network
from api.recent_faults import RecentFaults
from api.route_prefix import RoutePrefix
from exporter.auth import Authorizer
from exporter.conditions.standing import Standing
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.fleet.unposted import MissingReports
from exporter.fleet.volumes import Volumes
from exporter.ingest.live import LiveReportService
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper
from exporter.language import DEFAULT_READER
from exporter.limits import Limits
from exporter.model import Server
from exporter.notifications.awaiting import AwaitedPulls, NoPulls
from exporter.notifications.deliveries import Deliveries
from exporter.notifications.digest.collecting import Sources
from exporter.notifications.faults import (
    DaemonFaults,
    FaultSources,
    PullFailures,
    StorageProblem,
    no_pulls,
    storage_problem,
)
from exporter.notifications.rendering import Templates
from exporter.notifications.seldom import Seldom
from exporter.store import Store
from exporter.times import Millis

Found = TypeVar("Found")

_DISK_ASKED_EVERY_SECONDS = 1.0
"""How often those who ask again and again have the disk looked at."""


def nothing_to_read() -> tuple[str, ...]:
    """Return that this daemon cannot reload: it follows what it was started with."""
    return ("this daemon reads its configuration only when it starts",)


class Services(NamedTuple):
    """What the app is built on. `clock` returns the current time, `counting` monotonic seconds.

    `reload` has the configuration read anew and returns what is wrong with it; then it is not used.
    It raises `TimeoutError` where that takes too long.
    """

    store: Store
    fleet: Fleet
    standing: Standing
    volumes: Volumes
    timekeeper: Timekeeper
    live_reports: LiveReportService
    exposition: Exposition
    self_metrics: SelfMetrics
    refusals: Refusals
    clock: Callable[[], Millis]
    version: str
    authorizer: Authorizer
    limits: Limits = Limits()
    trusted_proxies: tuple[Network, ...] = ()
    allowed_origins: frozenset[str] = frozenset()
    allowed_hosts: frozenset[str] = frozenset()
    page: bool = True
    route_prefix: str = ""
    keep_runs: Millis | None = None
    deliveries: Deliveries = Deliveries()
    templates: Templates = Templates()
    public_url: str | None = None
    pull_failures: PullFailures = no_pulls
    awaited_pulls: AwaitedPulls = NoPulls()
    zone: ZoneInfo = DEFAULT_READER.zone
    reload: Callable[[], tuple[str, ...]] = nothing_to_read
    counting: Callable[[], float] = time.monotonic

    @property
    def links_to(self) -> str | None:
        """Where links lead: without the page there is nothing to lead to."""
        return self.public_url if self.page else None

    @property
    def prefix(self) -> RoutePrefix:
        """Below which path requests may come."""
        return RoutePrefix(self.route_prefix, self.trusted_proxies)

    @property
    def digest_sources(self) -> Sources:
        """Where a digest has its facts from."""
        return Sources(self.store, self.fleet, self.faults.all)

    @property
    def faults(self) -> DaemonFaults:
        """Who knows what is wrong beside the jobs."""
        return self.faults_asked(partial(storage_problem, self.store))

    def recent_faults(self) -> RecentFaults:
        """Return who knows the same, but what the disk says only as it was a second ago at most."""
        storage = self._recently(partial(storage_problem, self.store))
        waiting = self._recently(self.deliveries.oldest_waiting)
        asking = replace(self._fault_sources(storage), oldest_waiting=waiting)
        kept = replace(asking, storage=storage.last, oldest_waiting=waiting.last)
        return RecentFaults(DaemonFaults(asking), DaemonFaults(kept), (storage, waiting))

    def _recently(self, ask: Callable[[], Found]) -> Seldom[Found]:
        return Seldom(ask, _DISK_ASKED_EVERY_SECONDS, self.counting)

    def faults_asked(self, storage: StorageProblem) -> DaemonFaults:
        """Return who knows what is wrong, for those who ask about the storage in their own way."""
        return DaemonFaults(self._fault_sources(storage))

    def _fault_sources(self, storage: StorageProblem) -> FaultSources:
        return FaultSources(
            storage,
            self.refusals,
            self.timekeeper,
            self.self_metrics,
            self.deliveries.oldest_waiting,
            self.pull_failures,
            self._pulled_servers,
            self._missing_reports,
        )

    def _pulled_servers(self) -> list[Server]:
        return self.fleet.pulled_servers()

    def _missing_reports(self, now: Millis) -> Iterable[tuple[Server, MissingReports]]:
        return self.fleet.missing_reports(now)
