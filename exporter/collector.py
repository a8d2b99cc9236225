"""From the fleet to the exposition: one frozen moment, every family, both text formats.

The lines of each server and job are kept ready by family and written again only when it changed:
by a report, by a person, or by a deadline that passed. A scrape joins what is ready.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from exporter.families import FLEET_FAMILIES, JOB_FAMILIES, SERVER_FAMILIES, Family, JobMoment
from exporter.fleet import Fleet
from exporter.rendering import FamilyWriter
from exporter.telemetry import Telemetry
from exporter.times import Millis

Subject = TypeVar("Subject")


class KeptFamily(Generic[Subject]):
    """A family's lines by the id of what they tell of, and all of them joined."""

    def __init__(self, family: Family[Subject]) -> None:
        self._writer = FamilyWriter(family)
        self._lines: dict[int, bytes] = {}
        self._joined: bytes | None = None
        self.head = self._writer.head()
        self.openmetrics_head = self._writer.openmetrics_head()

    def update(self, removed: Iterable[int], put: Iterable[tuple[int, Subject]]) -> None:
        """Forget what is gone and write what is new or changed."""
        for entry_id in removed:
            self.remove(entry_id)
        for entry_id, subject in put:
            self.put(entry_id, subject)

    def put(self, entry_id: int, subject: Subject) -> None:
        """Write the lines of something new or changed."""
        lines = self._writer.lines(subject)
        if self._lines.get(entry_id, b"") != lines:
            self._lines[entry_id] = lines
            self._joined = None

    def remove(self, entry_id: int) -> None:
        """Forget the lines of something that is gone."""
        if self._lines.pop(entry_id, b""):
            self._joined = None

    def lines(self) -> bytes:
        """Return all lines."""
        if self._joined is None:
            self._joined = b"".join(self._lines.values())
        return self._joined


class Exposed(NamedTuple):
    """A whole exposition: the fleet's families in parts, and behind them the daemon's own.

    Parts that did not change since another exposition are the same objects.
    """

    fleet: list[bytes]
    daemon: bytes


class Exposition:
    """What a scrape gets. May be asked from any thread; all samples are of one moment."""

    def __init__(self, fleet: Fleet, clock: Callable[[], Millis], telemetry: Telemetry) -> None:
        self._fleet = fleet
        self._clock = clock
        self._telemetry = telemetry
        self._lock = threading.Lock()
        self._of_fleet = [KeptFamily(family) for family in FLEET_FAMILIES]
        self._of_servers = [KeptFamily(family) for family in SERVER_FAMILIES]
        self._of_jobs = [KeptFamily(family) for family in JOB_FAMILIES]
        self._kept: tuple[KeptFamily[Any], ...] = (
            *self._of_fleet,
            *self._of_servers,
            *self._of_jobs,
        )

    def text(self) -> Exposed:
        """Return the Prometheus text format, version 0.0.4."""
        with self._lock:
            self._refresh()
            parts = [part for kept in self._kept for part in (kept.head, kept.lines())]
        return Exposed(parts, self._telemetry.text())

    def openmetrics(self) -> Exposed:
        """Return OpenMetrics, version 1.0.0."""
        with self._lock:
            self._refresh()
            parts = [part for kept in self._kept for part in (kept.openmetrics_head, kept.lines())]
        return Exposed(parts, self._telemetry.openmetrics())

    def _refresh(self) -> None:
        began, now = time.perf_counter(), self._clock()
        news = self._fleet.news(now)
        for kept in self._of_fleet:
            kept.put(0, news.totals)
        servers = [(server.id, server) for server in news.servers]
        for kept_servers in self._of_servers:
            kept_servers.update(news.removed_servers, servers)
        jobs = [(view.job.id, JobMoment.of(view, now)) for view in news.jobs]
        for kept_jobs in self._of_jobs:
            kept_jobs.update(news.removed_jobs, jobs)
        self._telemetry.collected(time.perf_counter() - began)
