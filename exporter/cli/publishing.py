"""Wiring of what is published by MQTT."""

import contextlib
from collections.abc import Iterator

from api.services import Services
from exporter.cli.working import working
from exporter.config import ConfigError
from exporter.config.mqtt_table import MQTT, Broker
from exporter.mqtt.discovery import Describing
from exporter.mqtt.link import problem_of
from exporter.mqtt.loop import MqttLoop
from exporter.mqtt.publisher import Sources
from exporter.mqtt.topics import Topics
from exporter.notifications.faults import SeldomProbe


def require_publishable(broker: Broker | None) -> None:
    """Check that what publishes to a broker is installed.

    Raises:
        ConfigError: it is not.
    """
    missing = missing_for(broker)
    if missing:
        raise ConfigError(missing)


def missing_for(broker: Broker | None) -> list[str]:
    """Return what is missing for publishing to a broker."""
    problem = problem_of(broker)
    return [] if problem is None else [problem]


def described_broker(broker: Broker | None) -> Iterator[str]:
    """Yield a line about a broker, with nothing secret."""
    if broker is not None:
        below = f"topics below {broker.prefix}, devices below {broker.discovery_prefix}"
        yield f"{MQTT}: {broker}; {below}"


@contextlib.contextmanager
def publishing_to(broker: Broker | None, services: Services) -> Iterator[None]:
    """Publish to a broker meanwhile, if there is one."""
    if broker is None:
        yield
        return
    loop = _loop(broker, services)
    services.self_metrics.watch_mqtt(loop.connected)
    try:
        with working(loop):
            yield
    finally:
        services.self_metrics.forget_mqtt()


def _loop(broker: Broker, services: Services) -> MqttLoop:
    topics = Topics(broker.prefix, broker.discovery_prefix)
    common = Describing(topics, services.version, services.links_to)
    faults = services.faults_asked(SeldomProbe(services.store))
    sources = Sources(services.fleet, services.standing, faults.all)
    return MqttLoop(broker, common, sources, services.clock, services.store.leads)
