"""The families of a daemon about what it publishes by MQTT; none where it does not."""

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector


class MqttFamilies(Collector):
    """Collected at each scrape, by a function that returns None where another daemon publishes."""

    def __init__(self) -> None:
        self.connected: Callable[[], bool | None] = nobody_publishes

    def collect(self) -> Iterator[Metric]:
        """Yield the families; none where this daemon does not publish."""
        connected = self.connected()
        if connected is not None:
            yield GaugeMetricFamily(
                "duplistatus_mqtt_connected",
                "1 if the broker takes what is published by MQTT, else 0.",
                float(connected),
            )


def nobody_publishes() -> None:
    """Return that this daemon does not publish."""
