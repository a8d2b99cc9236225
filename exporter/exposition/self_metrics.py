"""The metrics of the daemon itself."""

import math
import time
from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

from prometheus_client import disable_created_metrics
from prometheus_client.core import Metric
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.registry import Collector, CollectorRegistry

from exporter.auth import Scope
from exporter.exposition.families.daemon import DaemonFamilies, UploadOutcome
from exporter.exposition.families.mqtt import MqttFamilies, nobody_publishes
from exporter.exposition.families.notifications import (
    NotificationFamilies,
    NotificationOutcome,
)
from exporter.exposition.families.process import ProcessFamilies
from exporter.exposition.families.sharing import SharingFamilies
from exporter.exposition.text_format import collected
from exporter.limits import Limit
from exporter.model.sharing import SharingFigures
from exporter.store import StoreUnavailableError
from exporter.times import SECOND, Millis


class RefusedConfig(NamedTuple):
    """When a configuration was read that cannot be used, and how many faults it has."""

    at: Millis
    faults: int


class SelfMetrics:
    """The daemon's own counters, and those of the client library about the process."""

    def __init__(
        self,
        version: str,
        database_bytes: Callable[[], int],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start at zero.

        Args:
            version: the daemon's.
            database_bytes: called at each scrape; may raise `StoreUnavailableError`.
            monotonic: returns seconds that pass whatever is done to the clock.
        """
        disable_created_metrics()
        self._registry = CollectorRegistry()
        self._registry.register(ProcessFamilies())
        PlatformCollector(registry=self._registry)
        self._own = DaemonFamilies(self._registry, version, lambda: _size(database_bytes))
        self._notifications = NotificationFamilies()
        self._registry.register(self._notifications)
        self._mqtt = MqttFamilies()
        self._registry.register(self._mqtt)
        self._monotonic = monotonic
        self._limits_hit: dict[Limit, float] = {}
        self.refused_config: RefusedConfig | None = None
        """The last configuration, if it could not be used."""

    def share(self, figures: Callable[[], SharingFigures | None]) -> None:
        """Add the families about a store, for the case that several daemons share it."""
        self._registry.register(SharingFamilies(figures))

    def observe_upload(self, outcome: UploadOutcome, seconds: float) -> None:
        """Count an upload that was answered after so many seconds."""
        self._own.uploads[outcome].inc()
        self._own.upload_duration.observe(seconds)

    def count_denied(self, scope: Scope) -> None:
        """Count a request that had no valid token for its scope."""
        self._own.denied[scope].inc()

    def count_limit_hit(self, limit: Limit) -> None:
        """Count a request that hit a limit."""
        self._own.limits[limit].inc()
        self._limits_hit[limit] = self._monotonic()

    def limits_hit_within(self, seconds: float) -> list[Limit]:
        """Return the limits that were hit so many seconds ago or less."""
        if not self._limits_hit:
            return []
        since = self._monotonic() - seconds
        hit = self._limits_hit
        return [limit for limit in Limit if limit in hit and hit[limit] >= since]

    def set_channels(self, names: Iterable[str]) -> None:
        """Replace the channels that this daemon delivers to: none where another one does."""
        self._notifications.set_channels(names)

    def count_notification(self, channel: str, outcome: str) -> None:
        """Count how an attempt ended, ``sent`` or ``failed``, or a message that was ``given_up``.

        Raises:
            ValueError: there is no such outcome.
        """
        self._notifications.count(channel, NotificationOutcome(outcome))

    def watch_notifications(self, oldest: Callable[[], Millis | None]) -> None:
        """Register a function that returns when the oldest waiting message was created."""
        self._notifications.watch(oldest)

    def watch_mqtt(self, connected: Callable[[], bool | None]) -> None:
        """Register a function that returns whether a broker takes what is published.

        None is for a daemon that leaves that to another one.
        """
        self._mqtt.connected = connected

    def forget_mqtt(self) -> None:
        """Forget that function: nothing is published any more."""
        self._mqtt.connected = nobody_publishes

    def observe_render(self, seconds: float, errors: int) -> None:
        """Set how long rendering the fleet took, and how many subjects failed."""
        self._own.collector_duration.set(seconds)
        self._own.collector_errors.set(errors)

    def use_config(self, at: Millis) -> None:
        """Set that a configuration was read and is in use."""
        self.refused_config = None
        self._own.config_successful.set(1)
        self._own.config_loaded.set(at / SECOND)

    def refuse_config(self, faults: int, at: Millis) -> None:
        """Set that a configuration was read, has faults, and is not in use."""
        self.refused_config = RefusedConfig(at, faults)
        self._own.config_successful.set(0)

    def watch_clock(self, disagrees: Callable[[], bool]) -> None:
        """Register a function that returns whether the clock contradicts what is stored."""
        self._own.clock_disagrees.set_function(lambda: float(disagrees()))

    def count_clock_jump(self) -> None:
        """Count a jump of the clock."""
        self._own.clock_jumps.inc()

    def text(self, names: Container[str] | None = None) -> bytes:
        """Return the text format, version 0.0.4, of all families or those of some names."""
        return collected(_FilteredRegistry(self._registry, names).collect())

    def openmetrics(self, names: Container[str] | None = None) -> bytes:
        """Return OpenMetrics, version 1.0.0, with its end."""
        exposition: bytes = generate_openmetrics(_FilteredRegistry(self._registry, names))
        return exposition


class _FilteredRegistry(Collector):
    """The families of some names; None means all. A counter's name ends in ``_total``."""

    def __init__(self, registry: CollectorRegistry, names: Container[str] | None) -> None:
        self._registry = registry
        self._names = names

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            if self._names is None or name in self._names:
                yield metric


def _size(database_bytes: Callable[[], int]) -> float:
    try:
        return database_bytes()
    except StoreUnavailableError:
        return math.nan
