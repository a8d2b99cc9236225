"""The families of a daemon about what it sends to people; none where it sends nothing."""

import threading
from collections.abc import Callable, Iterable, Iterator
from enum import Enum

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from exporter.times import SECOND, Millis


class NotificationOutcome(Enum):
    """What an attempt came to, or that a message was given up after its last attempt failed."""

    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"


class NotificationFamilies(Collector):
    """Counts for each channel that is known. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, NotificationOutcome], int] = {}
        self._oldest: Callable[[], Millis | None] = _nothing

    def set_channels(self, names: Iterable[str]) -> None:
        """Start each channel that is new at zero, with every outcome; forget all others."""
        keys = [(name, outcome) for name in names for outcome in NotificationOutcome]
        with self._lock:
            self._counts = {key: self._counts.get(key, 0) for key in keys}

    def count(self, channel: str, outcome: NotificationOutcome) -> None:
        """Count an outcome; one of a channel that is not known is left out."""
        with self._lock:
            if (channel, outcome) in self._counts:
                self._counts[channel, outcome] += 1

    def watch(self, oldest: Callable[[], Millis | None]) -> None:
        """Register a function that returns when the oldest waiting message was created."""
        self._oldest = oldest

    def collect(self) -> Iterator[Metric]:
        """Yield the families; none where no channel is known."""
        with self._lock:
            counts = list(self._counts.items())
        if not counts:
            return
        yield _by_outcome(counts)
        yield GaugeMetricFamily(
            "duplistatus_notification_oldest_waiting_timestamp_seconds",
            "Time at which the oldest message was created that no channel took yet;"
            " 0 while none waits.",
            (self._oldest() or 0) / SECOND,
        )


def _by_outcome(counts: Iterable[tuple[tuple[str, NotificationOutcome], int]]) -> Metric:
    text = "Attempts to send a message, by how they ended, and messages that were given up."
    family = CounterMetricFamily("duplistatus_notifications", text, labels=["channel", "outcome"])
    for (channel, outcome), count in counts:
        family.add_metric([channel, outcome.value], count)
    return family


def _nothing() -> None:
    return None
