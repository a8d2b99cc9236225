"""What this daemon writes is to the byte what the client library writes of the same samples."""

import math
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import Metric, SummaryMetricFamily
from prometheus_client.exposition import generate_latest as generate_text
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector, CollectorRegistry

from exporter.exposition import Exposition
from exporter.exposition.families import Family, Sample
from exporter.exposition.self_metrics import SelfMetrics
from exporter.exposition.text_format import FamilyEncoder, collected
from exporter.fleet import Fleet
from exporter.model import JobSettings, Status
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import DAY, HOUR, Millis
from tests.exporter.exposition import oracle
from tests.support.daemon import CREATED
from tests.support.strategies.state import START, activities, job_named, server_named, stored_run

LABELS = ("server_id", "backup", "A", "_b")
VALUES = st.floats() | st.integers(-(2**63), 2**63).map(float) | st.booleans().map(float)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SAMPLES = st.lists(st.builds(Sample, st.tuples(*[TEXTS] * len(LABELS)), VALUES), max_size=5)


class _One(Collector):
    def __init__(self, family: Family[list[Sample]], samples: list[Sample]) -> None:
        self._family = family
        self._samples = samples

    def collect(self) -> Iterator[Metric]:
        yield from oracle.metrics([self._family], [self._samples])


@given(st.sampled_from(["gauge", "counter"]), TEXTS, SAMPLES)
def test_any_family_is_written_as_the_client_library_writes_it(
    kind: str, text: str, samples: list[Sample]
) -> None:
    name = "duplistatus_odd_total" if kind == "counter" else "duplistatus_odd"
    family: Family[list[Sample]] = Family(name, text, kind, LABELS, iter)  # type: ignore[arg-type] # of two literals
    registry = CollectorRegistry()
    registry.register(_One(family, samples))
    encoder = FamilyEncoder(family)
    lines = encoder.lines(samples)
    assert encoder.header() + lines == generate_text(registry)
    assert encoder.openmetrics_header() + lines + b"# EOF\n" == generate_openmetrics(registry)


class _Clock:
    now: Millis = START + 10 * DAY

    def __call__(self) -> Millis:
        return self.now


def _change(data: st.DataObject, known: set[int]) -> Change:
    """Draw what may happen to a fleet of two servers and six jobs."""
    server_id = data.draw(st.integers(1, 2))
    job_id = 3 * server_id - data.draw(st.integers(0, 2))
    server = server_named(data.draw(st.sampled_from(["nas", 'b"\\\n'])), server_id)
    if job_id in known and data.draw(st.booleans()):
        known.discard(job_id)
        return Change(removed_jobs=(job_id,))
    known.add(job_id)
    starts = data.draw(st.lists(st.integers(0, 12), min_size=1, max_size=7, unique=True))
    statuses = st.sampled_from(Status)
    runs = [stored_run(START + day * DAY, status=data.draw(statuses)) for day in starts]
    job = job_named(f"job {job_id}", runs, job_id, server_id)
    settings_ = JobSettings(data.draw(st.sampled_from([None, "off", "every 12h"])), paused=False)
    paused = JobSettings(paused=True)
    chosen = data.draw(st.sampled_from([settings_, paused]))
    return Change((server,), (replace(job, settings=chosen),))


@pytest.mark.not_quick
@settings(max_examples=40)
@given(st.data())
def test_what_is_kept_is_what_would_be_written_anew_after_any_change(data: st.DataObject) -> None:
    clock, known = _Clock(), set[int]()
    fleet = Fleet(SchedulePolicy(), CREATED)
    kept = Exposition(fleet, clock, SelfMetrics("1", lambda: 0))
    fleet.apply(Change((server_named("nas", 1), server_named("attic", 2))))
    for _ in range(data.draw(st.integers(1, 6))):
        clock.now += data.draw(st.integers(-3, 3)) * 8 * HOUR
        fleet.apply(_change(data, known))
        fleet.apply_live_report(
            data.draw(st.integers(1, 6)), data.draw(activities(clock.now)), clock.now
        )
        if data.draw(st.booleans()):
            kept.prepare()
        if data.draw(st.booleans()):
            assert b"".join(kept.text().fleet) == oracle.text(fleet, clock.now)
    clock.now += data.draw(st.integers(-5, 5)) * 8 * HOUR
    whole = b"".join(kept.openmetrics().fleet) + b"# EOF\n"
    assert whole == oracle.openmetrics(fleet, clock.now)


def test_what_the_library_counts_is_written_as_the_library_does() -> None:
    registry = CollectorRegistry()
    Counter("counted", 'A "count" \\ of\nlines.', registry=registry).inc(2**40)
    gauge = Gauge("measured", "A value.", ["zone", "name"], registry=registry)
    for value in (math.nan, math.inf, -1.5, 0, 1e6, 12345678.9):
        gauge.labels('odd "zone" \\ north\nwing', str(value)).set(value)
    Histogram("took_seconds", "A time.", buckets=(0.5, 10), registry=registry).observe(2)
    registry.register(Summed())
    assert collected(registry.collect()) == generate_text(registry)


class Summed(Collector):
    """A summary, and a family that has no sample."""

    def collect(self) -> Iterator[Metric]:
        yield SummaryMetricFamily("asked_seconds", "Questions.", 3, 0.25)
        yield Metric("none", "Nothing.", "gauge")
