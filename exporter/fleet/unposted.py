"""Servers that post reports, and of whose newest runs none came: they are known by pulling only."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from exporter.jobs.health import JobHealth
from exporter.jobs.job import Job
from exporter.jobs.sums import first_of
from exporter.model.live import RUN_MATCH_TOLERANCE
from exporter.times import HOUR, Millis

MISSING_AFTER: Millis = HOUR
"""How long after the end of a run its report may come."""

Noted = TypeVar("Noted")


class Unposted(NamedTuple):
    """The newest run of a job, of which no report came."""

    began: Millis
    ended: Millis


class MissingReports(NamedTuple):
    """Of how many jobs of a server the newest report is missing, and since when of the first."""

    server_id: int
    since: Millis
    jobs: int


class UnpostedRuns:
    """The jobs whose newest run is known by pulling only, by their server. Not thread-safe."""

    def __init__(self) -> None:
        self._posted_since: defaultdict[int, dict[int, Millis]] = defaultdict(dict)
        self._by_server: defaultdict[int, dict[int, Unposted]] = defaultdict(dict)
        self._server_of: dict[int, int] = {}

    def put(self, job: Job, health: JobHealth, heard: Millis | None) -> None:
        """Note what the runs of a job say; it was first heard live at a time, or never."""
        self.remove(job.id)
        self._server_of[job.id] = job.server_id
        posted = first_of(health.posted_since, heard)
        if posted is not None:
            self._posted_since[job.server_id][job.id] = posted
        if health.unposted is not None and health.last_start is not None:
            unposted = Unposted(health.last_start, health.unposted)
            self._by_server[job.server_id][job.id] = unposted

    def remove(self, job_id: int) -> None:
        """Forget a job, also that it was posted: so it is after a restart."""
        server_id = self._server_of.pop(job_id, None)
        if server_id is not None:
            _remove(self._posted_since, server_id, job_id)
            _remove(self._by_server, server_id, job_id)

    def missing(self, now: Millis) -> Iterator[MissingReports]:
        """Yield the servers whose reports are missing, in no order.

        A run counts that began after the first post of its server, and ended an hour ago.
        """
        for server_id in self._by_server.keys() & self._posted_since.keys():
            posted_since = min(self._posted_since[server_id].values())
            ended = [
                each.ended
                for each in self._by_server[server_id].values()
                if each.began + RUN_MATCH_TOLERANCE >= posted_since
                and now >= each.ended + MISSING_AFTER
            ]
            if ended:
                yield MissingReports(server_id, min(ended), len(ended))


def _remove(by_server: dict[int, dict[int, Noted]], server_id: int, job_id: int) -> None:
    """Remove what was noted of a job; a server of which nothing else is noted goes with it."""
    jobs = by_server.get(server_id, {})
    jobs.pop(job_id, None)
    if not jobs:
        by_server.pop(server_id, None)
