"""From the fleet to the exposition: one frozen moment, every family, both text formats."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest as generate_text
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector, CollectorRegistry

from exporter.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    SERVER_FAMILIES,
    Family,
    JobMoment,
)
from exporter.fleet import Fleet
from exporter.telemetry import Telemetry
from exporter.times import Millis

Subject = TypeVar("Subject")


class FleetCollector(Collector):
    """The families of the fleet at the moment they are asked for."""

    def __init__(self, fleet: Fleet, clock: Callable[[], Millis], telemetry: Telemetry) -> None:
        self._fleet = fleet
        self._clock = clock
        self._telemetry = telemetry

    def describe(self) -> Iterator[Metric]:
        """Yield every family without samples, so that a scrape can ask for some by name."""
        yield from _metrics(FLEET_FAMILIES, ())
        yield from _metrics(SERVER_FAMILIES, ())
        yield from _metrics(JOB_FAMILIES, ())

    def collect(self) -> Iterator[Metric]:
        """Yield every family; all samples are of one moment."""
        began = time.perf_counter()
        now = self._clock()
        yield from _metrics(FLEET_FAMILIES, [self._fleet.totals(now)])
        yield from _metrics(SERVER_FAMILIES, self._fleet.servers())
        jobs = [JobMoment(view, now) for view in self._fleet.jobs()]
        yield from _metrics(JOB_FAMILIES, jobs)
        self._telemetry.collected(time.perf_counter() - began)


class Exposition:
    """What a scrape gets. May be asked from any thread."""

    def __init__(self, fleet: Fleet, clock: Callable[[], Millis], telemetry: Telemetry) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(FleetCollector(fleet, clock, telemetry))
        self._registry.register(telemetry)

    def text(self) -> bytes:
        """Return the Prometheus text format, version 0.0.4."""
        return generate_text(self._registry)

    def openmetrics(self) -> bytes:
        """Return OpenMetrics, version 1.0.0."""
        exposition: bytes = generate_openmetrics(self._registry)
        return exposition


def _metrics(families: Iterable[Family[Subject]], subjects: Iterable[Subject]) -> Iterator[Metric]:
    for family in families:
        metric = Metric(family.name.removesuffix("_total"), family.help, family.type)
        for subject in subjects:
            for sample in family.samples(subject):
                labels = dict(zip(family.labels, sample.labels, strict=True))
                metric.add_sample(family.name, labels, sample.value)
        yield metric
