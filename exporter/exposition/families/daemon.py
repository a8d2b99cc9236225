"""The families of the daemon itself, which count what happens."""

from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.registry import CollectorRegistry

from exporter.auth import Scope
from exporter.limits import Limit

_UPLOAD_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

Kind = TypeVar("Kind", bound=Enum)


class UploadOutcome(Enum):
    """The outcome of an upload."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    LIMITED = "limited"
    FAILED = "failed"


class DaemonFamilies:
    """The families, in the order of the exposition."""

    def __init__(
        self, registry: CollectorRegistry, version: str, database_bytes: Callable[[], float]
    ) -> None:
        """Start at zero."""
        self.uploads = _uploads(registry)
        self.upload_duration = _upload_duration(registry)
        self.denied = _denied(registry)
        self.limits = _limits(registry)
        self.collector_duration = _collector_duration(registry)
        self.collector_errors = _collector_errors(registry)
        self.config_successful = _config_successful(registry)
        self.config_loaded = _config_loaded(registry)
        self.clock_disagrees = _clock_disagrees(registry)
        self.clock_jumps = _clock_jumps(registry)
        _register_database_size(registry, database_bytes)
        _register_build_info(registry, version)


def _collector_duration(registry: CollectorRegistry) -> Gauge:
    text = "Duration of rendering the samples of the fleet in this scrape."
    return Gauge("duplistatus_collector_duration_seconds", text, registry=registry)


def _collector_errors(registry: CollectorRegistry) -> Gauge:
    text = "Number of servers and jobs whose samples could not be rendered in this scrape."
    return Gauge("duplistatus_collector_errors", text, registry=registry)


def _clock_disagrees(registry: CollectorRegistry) -> Gauge:
    text = "1 if the clock contradicts what is stored, else 0."
    return Gauge("duplistatus_clock_disagrees", text, registry=registry)


def _clock_jumps(registry: CollectorRegistry) -> Counter:
    text = "Number of times the clock of the daemon's machine was set by more than five minutes."
    return Counter("duplistatus_clock_jumps_total", text, registry=registry)


def _config_successful(registry: CollectorRegistry) -> Gauge:
    text = "1 if the configuration could be used when it was last read, else 0."
    return Gauge("duplistatus_config_last_reload_successful", text, registry=registry)


def _config_loaded(registry: CollectorRegistry) -> Gauge:
    text = "Time at which the configuration in use was read."
    name = "duplistatus_config_last_reload_success_timestamp_seconds"
    return Gauge(name, text, registry=registry)


def _uploads(registry: CollectorRegistry) -> dict[UploadOutcome, Counter]:
    text = "Uploads by outcome."
    family = Counter("duplistatus_uploads_total", text, ["outcome"], registry=registry)
    return _each(family, UploadOutcome)


def _denied(registry: CollectorRegistry) -> dict[Scope, Counter]:
    text = "Requests denied for want of a valid token, by the scope they needed."
    family = Counter("duplistatus_denied_requests_total", text, ["scope"], registry=registry)
    return _each(family, Scope)


def _limits(registry: CollectorRegistry) -> dict[Limit, Counter]:
    text = "Requests that hit a limit, by the limit."
    family = Counter("duplistatus_limits_reached_total", text, ["limit"], registry=registry)
    return _each(family, Limit)


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


def _register_database_size(
    registry: CollectorRegistry, database_bytes: Callable[[], float]
) -> None:
    size = Gauge(
        "duplistatus_database_bytes",
        "Size of the database; NaN while it is unavailable.",
        registry=registry,
    )
    size.set_function(database_bytes)


def _register_build_info(registry: CollectorRegistry, version: str) -> None:
    build = Gauge(
        "duplistatus_build_info",
        "Version of the running daemon; always 1.",
        ["version"],
        registry=registry,
    )
    build.labels(version).set(1)
