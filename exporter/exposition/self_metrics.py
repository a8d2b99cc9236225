"""What the daemon tells of itself."""

import math
from collections.abc import Callable, Container, Iterable, Iterator
from enum import Enum
from typing import TypeVar

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest as generate_text
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

from exporter.auth import Scope
from exporter.limits import Limit
from exporter.store import StoreUnavailableError
from exporter.times import SECOND, Millis

Kind = TypeVar("Kind", bound=Enum)

_UPLOAD_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Outcome(Enum):
    """What became of an upload."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    LIMITED = "limited"
    FAILED = "failed"


class CollectionOutcome(Enum):
    """What became of the collection from one server."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


class Telemetry:
    """The daemon's own counters, and those of the client library about the process."""

    def __init__(self, version: str, database_bytes: Callable[[], int]) -> None:
        """Begin at zero.

        Args:
            version: the daemon's.
            database_bytes: asked at each scrape; may raise `StoreUnavailableError`.
        """
        disable_created_metrics()
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._uploads = _uploads(self._registry)
        self._upload_duration = _upload_duration(self._registry)
        self._denied = _denied(self._registry)
        self._limits = _limits(self._registry)
        self._collections = _collections(self._registry)
        self._last_collection = _last_collection(self._registry)
        self._collection_interval = _collection_interval(self._registry)
        self._collector_duration = _collector_duration(self._registry)
        self._collector_errors = _collector_errors(self._registry)
        self._clock_disagrees = _clock_disagrees(self._registry)
        self._clock_jumps = _clock_jumps(self._registry)
        _watch_size(self._registry, database_bytes)
        _tell_build(self._registry, version)

    def uploaded(self, outcome: Outcome, seconds: float) -> None:
        """Count an upload that was answered after so many seconds."""
        self._uploads[outcome].inc()
        self._upload_duration.observe(seconds)

    def denied(self, scope: Scope) -> None:
        """Count a request that had no token for what it asked."""
        self._denied[scope].inc()

    def reached(self, limit: Limit) -> None:
        """Count a request that ran into a limit."""
        self._limits[limit].inc()

    def collects(self, servers: Iterable[str], interval: Millis) -> None:
        """Note from which servers is collected, and how long to wait between two times."""
        self._collection_interval.set(interval / SECOND)
        for server in servers:
            self._last_collection.labels(server).set(0)

    def collection_ended(self, server: str, outcome: CollectionOutcome, at: Millis) -> None:
        """Count a collection from a server, which ended at a moment."""
        self._collections[outcome].inc()
        if outcome is CollectionOutcome.COMPLETE:
            self._last_collection.labels(server).set(at / SECOND)

    def collected(self, seconds: float, errors: int) -> None:
        """Note how long the samples of the fleet took, and for how many they failed."""
        self._collector_duration.set(seconds)
        self._collector_errors.set(errors)

    def watch_clock(self, disagrees: Callable[[], bool]) -> None:
        """Ask at each scrape whether the clock contradicts what is stored."""
        self._clock_disagrees.set_function(lambda: float(disagrees()))

    def clock_jumped(self) -> None:
        """Count a jump of the clock."""
        self._clock_jumps.inc()

    def text(self, names: Container[str] | None = None) -> bytes:
        """Return the text format, version 0.0.4, of all families or those of some names."""
        return generate_text(_Named(self._registry, names))

    def openmetrics(self, names: Container[str] | None = None) -> bytes:
        """Return OpenMetrics, version 1.0.0, with its end."""
        exposition: bytes = generate_openmetrics(_Named(self._registry, names))
        return exposition


class _Named(Collector):
    """The families of some names; None stands for all. A counter's name ends in ``_total``."""

    def __init__(self, registry: CollectorRegistry, names: Container[str] | None) -> None:
        self._registry = registry
        self._names = names

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            if self._names is None or name in self._names:
                yield metric


def _collector_duration(registry: CollectorRegistry) -> Gauge:
    text = "Time the samples of the fleet took in this scrape."
    return Gauge("duplistatus_collector_duration_seconds", text, registry=registry)


def _collector_errors(registry: CollectorRegistry) -> Gauge:
    text = "Servers and jobs whose samples could not be written in this scrape."
    return Gauge("duplistatus_collector_errors", text, registry=registry)


def _clock_disagrees(registry: CollectorRegistry) -> Gauge:
    text = "1 where the clock and what is stored contradict each other, else 0."
    return Gauge("duplistatus_clock_disagrees", text, registry=registry)


def _clock_jumps(registry: CollectorRegistry) -> Counter:
    text = "How often the clock of the daemon's machine was set, by more than five minutes."
    return Counter("duplistatus_clock_jumps_total", text, registry=registry)


def _uploads(registry: CollectorRegistry) -> dict[Outcome, Counter]:
    text = "Uploads by what became of them."
    family = Counter("duplistatus_uploads_total", text, ["outcome"], registry=registry)
    return _each(family, Outcome)


def _denied(registry: CollectorRegistry) -> dict[Scope, Counter]:
    text = "Requests without a token for what they asked, by the scope they needed."
    family = Counter("duplistatus_denied_requests_total", text, ["scope"], registry=registry)
    return _each(family, Scope)


def _limits(registry: CollectorRegistry) -> dict[Limit, Counter]:
    text = "Requests that ran into a limit, by the limit."
    family = Counter("duplistatus_limits_reached_total", text, ["limit"], registry=registry)
    return _each(family, Limit)


def _collections(registry: CollectorRegistry) -> dict[CollectionOutcome, Counter]:
    text = "Collections from servers of Duplicati, by what became of them."
    family = Counter("duplistatus_collections_total", text, ["outcome"], registry=registry)
    return _each(family, CollectionOutcome)


def _last_collection(registry: CollectorRegistry) -> Gauge:
    return Gauge(
        "duplistatus_last_collection_timestamp_seconds",
        "When everything was last collected from a server; 0 before, since the start.",
        ["server"],
        registry=registry,
    )


def _collection_interval(registry: CollectorRegistry) -> Gauge:
    interval = Gauge(
        "duplistatus_collection_interval_seconds",
        "How long to wait between two collections; NaN where none is configured.",
        registry=registry,
    )
    interval.set(math.nan)
    return interval


def _each(family: Counter, kinds: type[Kind]) -> dict[Kind, Counter]:
    """Return a family's counter of each kind, all of which are there from the start."""
    return {kind: family.labels(kind.value) for kind in kinds}


def _upload_duration(registry: CollectorRegistry) -> Histogram:
    return Histogram(
        "duplistatus_upload_duration_seconds",
        "Time from an upload's arrival to its answer.",
        buckets=_UPLOAD_BUCKETS,
        registry=registry,
    )


def _watch_size(registry: CollectorRegistry, database_bytes: Callable[[], int]) -> None:
    size = Gauge(
        "duplistatus_database_bytes",
        "Size of the database; NaN while it does not answer.",
        registry=registry,
    )
    size.set_function(lambda: _size(database_bytes))


def _tell_build(registry: CollectorRegistry, version: str) -> None:
    build = Gauge(
        "duplistatus_build_info",
        "The version that runs; always 1.",
        ["version"],
        registry=registry,
    )
    build.labels(version).set(1)


def _size(database_bytes: Callable[[], int]) -> float:
    try:
        return database_bytes()
    except StoreUnavailableError:
        return math.nan
