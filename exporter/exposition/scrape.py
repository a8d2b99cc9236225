"""From the fleet to the exposition: every family at one time, in both text formats.

The rendered lines of each server and job are cached by family and rendered again only when it
changed: by a report, by a person, or by a deadline that passed. A scrape joins the cached lines.
What cannot be rendered is left out and counted, and tried again by the next scrape.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

from exporter.exposition.cache import RenderedFamilies, RenderedFamily
from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    RUNNING_FAMILIES,
    SERVER_FAMILIES,
    JobSnapshot,
)
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.fleet.views import FleetChanges, JobView
from exporter.model import Server
from exporter.times import Millis

_YIELD_EVERY = 20
"""Jobs that are rendered before the interpreter's lock is released: two milliseconds. A thread
that does not release it makes reports wait for 5 ms each time they need it again."""

_FLEET_KEY = 0
"""The id of the only fleet."""


class Part(Enum):
    """The fleet's families are the same from every daemon that shares a store, its own are not."""

    FLEET = "fleet"
    DAEMON = "daemon"


class Selection(NamedTuple):
    """The part of an exposition that is asked for; None asks for all.

    Names are those of families. The families of the fleet and of the daemon belong to no server.
    """

    names: frozenset[str] | None = None
    servers: tuple[int, ...] | None = None
    part: Part | None = None


ALL = Selection()
_WHOLE_FLEET = (ALL, Selection(part=Part.FLEET))


class ExpositionParts(NamedTuple):
    """An exposition: the fleet's families in parts, and after them the daemon's own.

    Parts that did not change since another exposition are the same objects.
    """

    fleet: list[bytes]
    daemon: bytes


class _AssembledExposition:
    """The parts of a whole exposition, joined again only when one of them changed."""

    def __init__(self, heads: Mapping[str, bytes]) -> None:
        self.headers = heads
        self._blocks: list[list[bytes]] = []
        self._parts: list[bytes] = []

    def parts(self, pages: list[list[bytes]]) -> list[bytes]:
        """Return each family's header and blocks, in the order of the headers."""
        if pages != self._blocks:
            self._blocks = pages
            families = zip(self.headers.values(), pages, strict=True)
            self._parts = [part for head, texts in families for part in (head, *texts)]
        return self._parts


class Exposition:
    """The answer to a scrape. Thread-safe; all samples are of one time."""

    def __init__(
        self, fleet: Fleet, clock: Callable[[], Millis], self_metrics: SelfMetrics
    ) -> None:
        self._fleet = fleet
        self._clock = clock
        self._self_metrics = self_metrics
        self._lock = threading.Lock()
        self._of_fleet = RenderedFamilies("fleet", FLEET_FAMILIES)
        self._of_servers = RenderedFamilies("server_id", SERVER_FAMILIES)
        self._of_jobs = RenderedFamilies("job_id", (*JOB_FAMILIES, *RUNNING_FAMILIES))
        self._rendered: tuple[RenderedFamily[Any], ...] = (
            *self._of_fleet.families,
            *self._of_servers.families,
            *self._of_jobs.families,
        )
        self._assembled_text = _AssembledExposition(
            {rendered.name: rendered.header for rendered in self._rendered}
        )
        self._assembled_openmetrics = _AssembledExposition(
            {rendered.name: rendered.openmetrics_header for rendered in self._rendered}
        )

    def text(self, selection: Selection = ALL) -> ExpositionParts:
        """Return the Prometheus text format, version 0.0.4."""
        parts = self._parts(selection, self._assembled_text)
        return ExpositionParts(parts, self._self_metrics.text(_of_daemon(selection)))

    def openmetrics(self, selection: Selection = ALL) -> ExpositionParts:
        """Return OpenMetrics, version 1.0.0."""
        parts = self._parts(selection, self._assembled_openmetrics)
        return ExpositionParts(parts, self._self_metrics.openmetrics(_of_daemon(selection)))

    def _parts(self, selection: Selection, assembled: "_AssembledExposition") -> list[bytes]:
        if selection.part is Part.DAEMON:
            return []
        with self._lock:
            self._refresh()
            if selection in _WHOLE_FLEET:
                return assembled.parts([rendered.blocks() for rendered in self._rendered])
            chosen = list(self._chosen(selection))
        return [
            part
            for rendered, lines in chosen
            for part in (assembled.headers[rendered.name], *lines)
        ]

    def _chosen(self, selection: Selection) -> Iterator[tuple[RenderedFamily[Any], list[bytes]]]:
        for rendered, ids in self._wanted(selection.servers):
            if selection.names is None or rendered.name in selection.names:
                yield rendered, rendered.blocks() if ids is None else [rendered.lines_of(ids)]

    def _wanted(
        self, servers: Sequence[int] | None
    ) -> Iterator[tuple[RenderedFamily[Any], Sequence[int] | None]]:
        """Yield families with the ids whose lines are wanted; None means all."""
        if servers is None:
            yield from ((rendered, None) for rendered in self._rendered)
            return
        jobs = [view.job.id for server in servers for view in self._fleet.of_server(server).jobs]
        yield from ((rendered, servers) for rendered in self._of_servers.families)
        yield from ((rendered, jobs) for rendered in self._of_jobs.families)

    def _refresh(self) -> None:
        start, now = time.perf_counter(), self._clock()
        changes = self._fleet.changes_since_last_call(now)
        with self._of_fleet.isolate_errors(_FLEET_KEY):
            self._of_fleet.put(_FLEET_KEY, changes.totals)
        for server in self._changed_servers(changes):
            with self._of_servers.isolate_errors(server.id):
                self._of_servers.put(server.id, server)
        for number, view in enumerate(self._changed_jobs(changes)):
            with self._of_jobs.isolate_errors(view.job.id):
                self._of_jobs.put(view.job.id, JobSnapshot.from_view(view, now))
            if number % _YIELD_EVERY == 0:
                os.sched_yield()
        self._remove(changes)
        self._self_metrics.observe_render(time.perf_counter() - start, self._count_errors(changes))

    def _changed_servers(self, changes: FleetChanges) -> list[Server]:
        """Return what changed, and what could not be rendered by the last scrape."""
        failed = (self._fleet.server(server_id) for server_id in self._of_servers.failed)
        again = [server for server in failed if server is not None]
        return list({server.id: server for server in (*again, *changes.servers)}.values())

    def _changed_jobs(self, changes: FleetChanges) -> list[JobView]:
        """Return what changed, and what could not be rendered by the last scrape."""
        failed = (self._fleet.job(job_id) for job_id in self._of_jobs.failed)
        again = [view for view in failed if view is not None]
        return list({view.job.id: view for view in (*again, *changes.jobs)}.values())

    def _remove(self, changes: FleetChanges) -> None:
        for server_id in changes.removed_servers:
            self._of_servers.remove(server_id)
        for job_id in changes.removed_jobs:
            self._of_jobs.remove(job_id)

    def _count_errors(self, changes: FleetChanges) -> int:
        kinds = (self._of_fleet, self._of_servers, self._of_jobs)
        return len(changes.errored) + sum(len(rendered.failed) for rendered in kinds)


def _of_daemon(selection: Selection) -> frozenset[str] | None:
    """Return the names chosen of the daemon's own families."""
    if selection.servers is not None or selection.part is Part.FLEET:
        return frozenset()
    return selection.names
