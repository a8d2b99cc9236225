"""The stored history as timestamped OpenMetrics 1.0.0: what past scrapes would have returned.

Families, names, labels and values are those of the live exposition. Values from live reports only,
and the daemon's own counters, are not stored and so not exported.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self, TypeVar

from exporter.exports.family_file import FamilyFile
from exporter.exports.fleet_sums import FleetSums, Share
from exporter.exports.replay import Span, timeline
from exporter.exports.time_grid import TimeGrid
from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    RUNNING_BACKUPS,
    RUNNING_FAMILIES,
    SERVER_FAMILIES,
    Family,
    JobSnapshot,
)
from exporter.exposition.text_format import labels
from exporter.fleet.views import Totals
from exporter.model import Server
from exporter.schedule.policy import SchedulePolicy
from exporter.store import JobHistory
from exporter.times import Millis

Subject = TypeVar("Subject")

LEFT_OUT = (RUNNING_BACKUPS.name, *(family.name for family in RUNNING_FAMILIES))
"""Families of the fleet and of jobs that only live reports feed."""

_END = b"# EOF\n"


class Target(NamedTuple):
    """The labels that Prometheus adds to what it scrapes; dashboards select by them."""

    job: str
    instance: str

    def text(self) -> bytes:
        """Return the labels as they are encoded in a sample."""
        written = labels(("instance", "job"), (self.instance, self.job))
        return written.strip("{}").encode()


class OpenMetricsBackfill:
    """Collects jobs and servers one by one, then writes all of them.

    Temporary files in a folder hold the data, and need as much space as the output.
    """

    def __init__(self, grid: TimeGrid, target: Target, created: Millis, folder: Path) -> None:
        """Start a backfill; `created` is when the database was created."""
        self._grid = grid
        self._stamps = grid.stamps()
        self._sums = FleetSums(grid, created)
        self._seen: dict[int, Millis] = {}
        self._open = ExitStack()
        of_fleet = tuple(family for family in FLEET_FAMILIES if family is not RUNNING_BACKUPS)
        opened = partial(self._opened, target.text(), folder)
        self._fleet: list[FamilyFile[Totals]] = [opened(family) for family in of_fleet]
        self._servers: list[FamilyFile[Server]] = [opened(family) for family in SERVER_FAMILIES]
        self._jobs: list[FamilyFile[JobSnapshot]] = [opened(family) for family in JOB_FAMILIES]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add_job(self, history: JobHistory, policy: SchedulePolicy) -> None:
        """Add a job. If this raises, nothing of the job is exported."""
        self._notice(history)
        job, server = history.job, history.server
        schedule = policy.schedule(server, job.name, job.settings)
        try:
            shares = [self._note(span) for span in timeline(history, schedule, self._grid)]
        except BaseException:
            for file in self._jobs:
                file.forget()
            raise
        for file in self._jobs:
            file.write(self._stamps)
        for share in shares:
            self._sums.add(share)

    def add_server(self, server: Server) -> None:
        """Add a server, after all of its jobs: it is known since the first of their runs."""
        since = self._seen.get(server.id, server.last_report)
        self._sums.add_server(since)
        if server.last_report:
            self._sums.add_report(server.last_report)
        _write(self._servers, [(self._grid.slot(since), self._grid.count, server)], self._stamps)

    def write(self, whole: BinaryIO) -> Iterator[None]:
        """Write everything, after all jobs and servers; yield after each MiB or less."""
        _write(self._fleet, self._sums.spans(), self._stamps)
        files: tuple[FamilyFile[Any], ...] = (*self._fleet, *self._servers, *self._jobs)
        for file in files:
            for chunk in file.chunks():
                whole.write(chunk)
                yield
            file.close()
        whole.write(_END)

    def _opened(self, target: bytes, folder: Path, family: Family[Any]) -> FamilyFile[Any]:
        return self._open.enter_context(closing(FamilyFile(family, target, folder)))

    def _note(self, span: Span) -> Share:
        for file in self._jobs:
            file.note(*span)
        return Share.from_span(span)

    def _notice(self, history: JobHistory) -> None:
        """Add the times when reports arrived; a placeholder run is not a report."""
        arrivals = [run.received for run in history.runs if run.id not in history.placeholders]
        for received in arrivals:
            self._sums.add_report(received)
        server_id, declared = history.server.id, history.job.state.declared
        known = self._seen.get(server_id, history.server.last_report)
        since = [known, *arrivals, *([] if declared is None else [declared.since])]
        self._seen[server_id] = min(filter(None, since), default=0)


def _write(
    files: Sequence[FamilyFile[Subject]],
    spans: Iterable[tuple[int, int, Subject]],
    stamps: Sequence[bytes],
) -> None:
    """Write the samples of a subject."""
    for first, end, subject in spans:
        for file in files:
            file.note(first, end, subject)
    for file in files:
        file.write(stamps)
