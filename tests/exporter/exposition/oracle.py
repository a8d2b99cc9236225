"""The exposition as the client library writes it, from the same families, all at once."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest as generate_text
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector, CollectorRegistry

from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    RUNNING_FAMILIES,
    SERVER_FAMILIES,
    Family,
    JobSnapshot,
)
from exporter.fleet import Fleet
from exporter.times import Millis

Subject = TypeVar("Subject")


class _Oracle(Collector):
    def __init__(self, fleet: Fleet, now: Millis) -> None:
        self._fleet = fleet
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield from metrics(FLEET_FAMILIES, [self._fleet.totals(self._now)])
        yield from metrics(SERVER_FAMILIES, self._fleet.servers())
        jobs = [JobSnapshot.from_view(view, self._now) for view in self._fleet.jobs()]
        yield from metrics((*JOB_FAMILIES, *RUNNING_FAMILIES), jobs)


def metrics(families: Iterable[Family[Subject]], subjects: Iterable[Subject]) -> Iterator[Metric]:
    for family in families:
        metric = Metric(family.name.removesuffix("_total"), family.help, family.type)
        for subject in subjects:
            for sample in family.samples(subject):
                labels = dict(zip(family.labels, sample.labels, strict=True))
                metric.add_sample(family.name, labels, sample.value)
        yield metric


def text(fleet: Fleet, now: Millis) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Oracle(fleet, now))
    return generate_text(registry)


def openmetrics(fleet: Fleet, now: Millis) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Oracle(fleet, now))
    exposition: bytes = generate_openmetrics(registry)
    return exposition
