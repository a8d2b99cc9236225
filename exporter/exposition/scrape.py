"""From the fleet to the exposition: one frozen moment, every family, both text formats.

The lines of each server and job are kept ready by family and written again only when it changed:
by a report, by a person, or by a deadline that passed. A scrape joins what is ready. What can not
be written is left out and counted, and tried again by the next scrape.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from exporter.exposition.cache import KeptFamilies, KeptFamily
from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    RUNNING_FAMILIES,
    SERVER_FAMILIES,
    JobMoment,
)
from exporter.exposition.self_metrics import Telemetry
from exporter.fleet import Fleet
from exporter.fleet.views import FleetChanges, JobView
from exporter.model import Server
from exporter.times import Millis

_AT_A_STRETCH = 20
"""Jobs that are written before others may have the interpreter's lock: two milliseconds. A thread
that does not give way keeps reports waiting for 5 ms each time they let go of it."""

_FLEET = 0
"""The id of the fleet among its like: there is one."""


class Selection(NamedTuple):
    """The part of an exposition that is asked for; None asks for all.

    Names are those of families. The figures of the fleet and of the daemon are of no server.
    """

    names: frozenset[str] | None = None
    servers: tuple[int, ...] | None = None


EVERYTHING = Selection()


class Exposed(NamedTuple):
    """An exposition: the fleet's families in parts, and behind them the daemon's own.

    Parts that did not change since another exposition are the same objects.
    """

    fleet: list[bytes]
    daemon: bytes


class _Whole:
    """The parts of a whole exposition, put together again only when one of them is other."""

    def __init__(self, heads: Mapping[str, bytes]) -> None:
        self.heads = heads
        self._pages: list[list[bytes]] = []
        self._parts: list[bytes] = []

    def parts(self, pages: list[list[bytes]]) -> list[bytes]:
        """Return each family's head and pages, in the order of the heads."""
        if pages != self._pages:
            self._pages = pages
            families = zip(self.heads.values(), pages, strict=True)
            self._parts = [part for head, texts in families for part in (head, *texts)]
        return self._parts


class Exposition:
    """What a scrape gets. May be asked from any thread; all samples are of one moment."""

    def __init__(self, fleet: Fleet, clock: Callable[[], Millis], telemetry: Telemetry) -> None:
        self._fleet = fleet
        self._clock = clock
        self._telemetry = telemetry
        self._lock = threading.Lock()
        self._of_fleet = KeptFamilies("fleet", FLEET_FAMILIES)
        self._of_servers = KeptFamilies("server_id", SERVER_FAMILIES)
        self._of_jobs = KeptFamilies("job_id", (*JOB_FAMILIES, *RUNNING_FAMILIES))
        self._kept: tuple[KeptFamily[Any], ...] = (
            *self._of_fleet.families,
            *self._of_servers.families,
            *self._of_jobs.families,
        )
        self._whole_text = _Whole({kept.name: kept.head for kept in self._kept})
        self._whole_openmetrics = _Whole({kept.name: kept.openmetrics_head for kept in self._kept})

    def text(self, selection: Selection = EVERYTHING) -> Exposed:
        """Return the Prometheus text format, version 0.0.4."""
        parts = self._parts(selection, self._whole_text)
        return Exposed(parts, self._telemetry.text(_of_daemon(selection)))

    def openmetrics(self, selection: Selection = EVERYTHING) -> Exposed:
        """Return OpenMetrics, version 1.0.0."""
        parts = self._parts(selection, self._whole_openmetrics)
        return Exposed(parts, self._telemetry.openmetrics(_of_daemon(selection)))

    def _parts(self, selection: Selection, whole: "_Whole") -> list[bytes]:
        with self._lock:
            self._refresh()
            if selection == EVERYTHING:
                return whole.parts([kept.pages() for kept in self._kept])
            chosen = list(self._chosen(selection))
        return [part for kept, lines in chosen for part in (whole.heads[kept.name], *lines)]

    def _chosen(self, selection: Selection) -> Iterator[tuple[KeptFamily[Any], list[bytes]]]:
        for kept, ids in self._wanted(selection.servers):
            if selection.names is None or kept.name in selection.names:
                yield kept, kept.pages() if ids is None else [kept.lines_of(ids)]

    def _wanted(
        self, servers: Sequence[int] | None
    ) -> Iterator[tuple[KeptFamily[Any], Sequence[int] | None]]:
        """Yield families with the ids whose lines are wanted; None stands for all."""
        if servers is None:
            yield from ((kept, None) for kept in self._kept)
            return
        jobs = [view.job.id for server in servers for view in self._fleet.jobs_of(server)]
        yield from ((kept, servers) for kept in self._of_servers.families)
        yield from ((kept, jobs) for kept in self._of_jobs.families)

    def _refresh(self) -> None:
        began, now = time.perf_counter(), self._clock()
        changes = self._fleet.changes_since_last_call(now)
        with self._of_fleet.writing(_FLEET):
            self._of_fleet.put(_FLEET, changes.totals)
        for server in self._changed_servers(changes):
            with self._of_servers.writing(server.id):
                self._of_servers.put(server.id, server)
        for number, view in enumerate(self._changed_jobs(changes)):
            with self._of_jobs.writing(view.job.id):
                self._of_jobs.put(view.job.id, JobMoment.of(view, now))
            if number % _AT_A_STRETCH == 0:
                os.sched_yield()
        self._remove(changes)
        self._telemetry.collected(time.perf_counter() - began, self._faults(changes))

    def _changed_servers(self, changes: FleetChanges) -> list[Server]:
        """Return what is new and what could not be written before, which nobody tells again."""
        failed = (self._fleet.server(server_id) for server_id in self._of_servers.failed)
        again = [server for server in failed if server is not None]
        return list({server.id: server for server in (*again, *changes.servers)}.values())

    def _changed_jobs(self, changes: FleetChanges) -> list[JobView]:
        """Return what is new and what could not be written before, which nobody tells again."""
        failed = (self._fleet.job(job_id) for job_id in self._of_jobs.failed)
        again = [view for view in failed if view is not None]
        return list({view.job.id: view for view in (*again, *changes.jobs)}.values())

    def _remove(self, changes: FleetChanges) -> None:
        for server_id in changes.removed_servers:
            self._of_servers.remove(server_id)
        for job_id in changes.removed_jobs:
            self._of_jobs.remove(job_id)

    def _faults(self, changes: FleetChanges) -> int:
        kinds = (self._of_fleet, self._of_servers, self._of_jobs)
        return len(changes.errored) + sum(len(kept.failed) for kept in kinds)


def _of_daemon(selection: Selection) -> frozenset[str] | None:
    """Return the names chosen of the daemon's own families."""
    return selection.names if selection.servers is None else frozenset()
