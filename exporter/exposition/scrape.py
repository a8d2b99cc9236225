"""From the fleet to the exposition: every family at one time, in both text formats.

The rendered lines of each server and job are cached by family and rendered again only when it
changed: by a report, by a person, or by a deadline that passed. A scrape joins the cached lines.
What cannot be rendered is left out and counted, and tried again by the next scrape.
"""

import math
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
from exporter.exposition.job_lines import RenderedJobs
from exporter.exposition.packing import Packed, PackedExposition, gzipped, pack
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.fleet.views import FleetChanges, JobView
from exporter.model import Server
from exporter.times import Millis

_AT_ONCE = 8
"""Jobs that are rendered before the interpreter's lock is released, and by the preparation before
a scrape may go on with the rest: two milliseconds. A thread that does not release it makes reports
wait for 5 ms each time they need it again."""

_PAUSE_SECONDS = 0.0001
"""A scrape that waits for the exposition needs time to take it; otherwise it is taken again."""

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
_OfDaemon = Callable[[frozenset[str] | None], bytes]
_WHOLE_FLEET = (ALL, Selection(part=Part.FLEET))


class ExpositionParts(NamedTuple):
    """An exposition: the fleet's families in parts, and after them the daemon's own.

    Parts that did not change since another exposition are the same objects.
    """

    fleet: list[bytes]
    daemon: bytes


class _Format:
    """A text format: its headers, and the whole exposition, joined again only where it changed."""

    def __init__(self, headers: Mapping[str, bytes], of_daemon: _OfDaemon) -> None:
        self.headers = headers
        self.of_daemon = of_daemon
        self._packed = PackedExposition(headers.values())
        self._blocks: list[list[bytes]] = []
        self._parts: list[bytes] = []

    def parts(self, families: Sequence[RenderedFamily[Any]]) -> list[bytes]:
        """Return each family's header and blocks, in the order of the headers."""
        blocks = [rendered.blocks() for rendered in families]
        if not all(rendered.is_text for rendered in families):
            self._blocks, self._parts = [], []  # else the text of a large fleet would be kept here
            return self._joined(blocks)
        if blocks != self._blocks:
            self._blocks, self._parts = blocks, self._joined(blocks)
        return self._parts

    def _joined(self, blocks: list[list[bytes]]) -> list[bytes]:
        families = zip(self.headers.values(), blocks, strict=True)
        return [part for head, texts in families for part in (head, *texts)]

    def packed(self, families: Sequence[Packed]) -> Packed:
        """Return each family's header and lines compressed, in the order of the headers."""
        return self._packed.packed(families)


class Exposition:
    """The answer to a scrape. Thread-safe; all samples are of one time."""

    def __init__(
        self, fleet: Fleet, clock: Callable[[], Millis], self_metrics: SelfMetrics
    ) -> None:
        self._fleet = fleet
        self._clock = clock
        self._self_metrics = self_metrics
        self._lock = threading.Lock()
        self.scraped = -math.inf
        """When the fleet was scraped last, by a clock that nobody sets, in seconds."""
        self._of_fleet = RenderedFamilies("fleet", FLEET_FAMILIES)
        self._of_servers = RenderedFamilies("server_id", SERVER_FAMILIES)
        self._of_jobs = RenderedJobs((*JOB_FAMILIES, *RUNNING_FAMILIES))
        self._rendered: tuple[RenderedFamily[Any], ...] = (
            *self._of_fleet.families,
            *self._of_servers.families,
            *self._of_jobs.families,
        )
        self._text = _Format(
            {rendered.name: rendered.header for rendered in self._rendered}, self_metrics.text
        )
        self._openmetrics = _Format(
            {rendered.name: rendered.openmetrics_header for rendered in self._rendered},
            self_metrics.openmetrics,
        )
        self._packs = False
        self._unrendered: dict[int, JobView] = {}
        self._taken: Millis = 0

    @property
    def changed(self) -> threading.Event:
        """Set while there is something to prepare."""
        return self._fleet.changed

    def text(self, selection: Selection = ALL) -> ExpositionParts:
        """Return the Prometheus text format, version 0.0.4."""
        return self._exposed(selection, self._text)

    def openmetrics(self, selection: Selection = ALL) -> ExpositionParts:
        """Return OpenMetrics, version 1.0.0."""
        return self._exposed(selection, self._openmetrics)

    def text_gzip(self, selection: Selection = ALL) -> list[bytes]:
        """Return the Prometheus text format as the parts of a gzip file."""
        return self._gzip(selection, self._text)

    def openmetrics_gzip(self, selection: Selection = ALL) -> list[bytes]:
        """Return OpenMetrics as the parts of a gzip file."""
        return self._gzip(selection, self._openmetrics)

    def prepare(self) -> None:
        """Render what changed, and compress it if scrapes ask for that: the next one need not.

        A scrape that comes meanwhile waits for a few jobs or one family, and does the rest itself.
        """
        self._fleet.evaluate()
        with self._lock:
            self._take_changes()
        while self._unrendered:
            with self._lock:
                self._render_some()
            time.sleep(_PAUSE_SECONDS)
        for rendered in self._rendered if self._packs else ():
            if rendered.unpacked:
                with self._lock:
                    rendered.packed()
                time.sleep(_PAUSE_SECONDS)

    def _exposed(self, selection: Selection, form: _Format) -> ExpositionParts:
        parts = self._parts(selection, form)
        return ExpositionParts(parts, form.of_daemon(_of_daemon(selection)))

    def _gzip(self, selection: Selection, form: _Format) -> list[bytes]:
        if selection in _WHOLE_FLEET:
            with self._lock:
                self._packs = True
                self._refresh()
                packed = form.packed([rendered.packed() for rendered in self._rendered])
        else:
            packed = pack(self._parts(selection, form))
        return gzipped(packed, form.of_daemon(_of_daemon(selection)))

    def _parts(self, selection: Selection, form: _Format) -> list[bytes]:
        if selection.part is Part.DAEMON:
            return []
        with self._lock:
            self._refresh()
            if selection in _WHOLE_FLEET:
                return form.parts(self._rendered)
            chosen = list(self._chosen(selection))
        return [
            part for rendered, lines in chosen for part in (form.headers[rendered.name], *lines)
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
        start = time.perf_counter()
        errors = self._render()
        self.scraped = time.monotonic()
        self._self_metrics.observe_render(time.perf_counter() - start, errors)

    def _render(self) -> int:
        """Render what changed; return how many subjects failed."""
        errored = self._take_changes()
        while self._unrendered:
            self._render_some()
            os.sched_yield()
        kinds = (self._of_fleet, self._of_servers, self._of_jobs)
        return errored + sum(len(rendered.failed) for rendered in kinds)

    def _take_changes(self) -> int:
        """Render all that changed but jobs, and note those; return how many have no evaluation."""
        now = self._clock()
        changes = self._fleet.changes_since_last_call(now)
        self._taken = now
        for view in self._changed_jobs(changes):
            self._unrendered[view.job.id] = view
        self._remove(changes)
        with self._of_fleet.isolate_errors(_FLEET_KEY):
            self._of_fleet.put(_FLEET_KEY, changes.totals)
        for server in self._changed_servers(changes):
            with self._of_servers.isolate_errors(server.id):
                self._of_servers.put(server.id, server)
        return len(changes.errored)

    def _render_some(self) -> None:
        """Render some of the jobs that are noted, as of when what changed was taken last."""
        for _ in range(min(_AT_ONCE, len(self._unrendered))):
            job_id, view = self._unrendered.popitem()
            with self._of_jobs.isolate_errors(job_id):
                self._of_jobs.put(job_id, JobSnapshot.from_view(view, self._taken))

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
            self._unrendered.pop(job_id, None)
            self._of_jobs.remove(job_id)


def _of_daemon(selection: Selection) -> frozenset[str] | None:
    """Return the names chosen of the daemon's own families."""
    if selection.servers is not None or selection.part is Part.FLEET:
        return frozenset()
    return selection.names
