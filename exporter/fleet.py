"""The present state of every server and job, in memory.

Fed by the store in the order of its commits, asked by the routes and by the collector. A job turns
overdue by nothing but the question's moment: deadlines lie in order, so counting the overdue ones
costs the same whether ten or ten thousand jobs are fine.
"""

import bisect
import threading
from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from exporter.model import Server
from exporter.schedule import Expectation, Schedule, expect
from exporter.state import JobState
from exporter.store import Job, Recorded
from exporter.times import Millis


class Totals(Struct, frozen=True):
    """The whole fleet at one moment; `completed` and `failed` count runs, the others jobs."""

    servers: int
    jobs: int
    completed: int
    failed: int
    failing: int
    overdue: int
    last_report: Millis


class JobView(Struct, frozen=True):
    """A backup job, its server and what is expected of it."""

    server: Server
    job: Job
    expectation: Expectation | None

    def overdue(self, now: Millis) -> bool:
        """Whether a run was expected and none came."""
        return self.expectation is not None and self.expectation.overdue(now)


class Fleet:
    """Every server and job. Any thread may ask; `apply` needs one caller at a time.

    An answer is of one moment: it holds a change whole or not at all.
    """

    def __init__(self, schedule: Schedule, created: Millis) -> None:
        """Begin empty; `created` stands for the newest report until there is one."""
        self._schedule = schedule
        self._lock = threading.Lock()
        self._servers: dict[int, Server] = {}
        self._machine_ids: dict[str, int] = {}
        self._jobs: dict[int, Job] = {}
        self._jobs_of: dict[int, list[int]] = defaultdict(list)
        self._expectations: dict[int, Expectation] = {}
        self._deadlines: list[tuple[Millis, int]] = []
        self._completed = 0
        self._failed = 0
        self._failing = 0
        self._last_report = created

    def load(
        self,
        servers: Iterable[Server],
        machine_ids: Iterable[tuple[str, int]],
        jobs: Iterable[Job],
    ) -> None:
        """Take over what the store knows at start-up."""
        with self._lock:
            for server in servers:
                self._put_server(server)
            self._machine_ids.update(machine_ids)
            for job in jobs:
                self._put_job(job)

    def apply(self, recorded: Recorded) -> None:
        """Take over what a report changed."""
        with self._lock:
            self._put_server(recorded.server)
            if recorded.machine_id is not None:
                self._machine_ids[recorded.machine_id] = recorded.server.id
            self._put_job(recorded.job)

    def totals(self, now: Millis) -> Totals:
        """Return the figures of the whole fleet."""
        with self._lock:
            return Totals(
                servers=len(self._servers),
                jobs=len(self._expectations),
                completed=self._completed,
                failed=self._failed,
                failing=self._failing,
                overdue=self._count_overdue(now),
                last_report=self._last_report,
            )

    def servers(self) -> list[Server]:
        """Return every server, in the order of their ids."""
        with self._lock:
            return sorted(self._servers.values(), key=lambda server: server.id)

    def server(self, server_id: int) -> Server | None:
        """Return a server by its id."""
        return self._servers.get(server_id)

    def find_servers(self, text: str) -> list[Server]:
        """Return the servers whose name, alias or machine-id is exactly this text."""
        with self._lock:
            owner = self._machine_ids.get(text)
            return [
                server
                for server in self._servers.values()
                if text in (server.name, server.alias) or server.id == owner
            ]

    def job(self, job_id: int) -> JobView | None:
        """Return a backup job by its id."""
        with self._lock:
            return self._view(job_id) if job_id in self._expectations else None

    def job_name(self, job_id: int) -> str | None:
        """Return the name of a job, also of one that never made a backup."""
        job = self._jobs.get(job_id)
        return None if job is None else job.name

    def server_of(self, job_id: int) -> Server | None:
        """Return the server of a job, also of one that never made a backup."""
        job = self._jobs.get(job_id)
        return None if job is None else self._servers.get(job.server_id)

    def jobs(self) -> list[JobView]:
        """Return every backup job, in the order of their ids."""
        with self._lock:
            return [self._view(job_id) for job_id in sorted(self._expectations)]

    def jobs_of(self, server_id: int) -> list[JobView]:
        """Return the backup jobs of a server, in the order of their ids."""
        with self._lock:
            known = self._jobs_of.get(server_id, ())
            return [self._view(job_id) for job_id in known if job_id in self._expectations]

    def overdue(self, now: Millis) -> list[JobView]:
        """Return the overdue jobs, the longest overdue first."""
        with self._lock:
            late = self._deadlines[: self._count_overdue(now)]
            return [self._view(job_id) for _, job_id in late]

    def _view(self, job_id: int) -> JobView:
        job = self._jobs[job_id]
        return JobView(self._servers[job.server_id], job, self._expectations.get(job_id))

    def _count_overdue(self, now: Millis) -> int:
        return bisect.bisect_left(self._deadlines, (now, 0))

    def _put_server(self, server: Server) -> None:
        self._servers[server.id] = server
        self._last_report = max(self._last_report, server.last_report)

    def _put_job(self, job: Job) -> None:
        known = self._jobs.get(job.id)
        if known is None:
            bisect.insort(self._jobs_of[job.server_id], job.id)
        self._jobs[job.id] = job
        self._count(known.state if known else JobState(), -1)
        self._count(job.state, 1)
        self._expect(job)

    def _count(self, state: JobState, sign: int) -> None:
        self._completed += sign * state.completed_runs
        self._failed += sign * state.failed_runs
        self._failing += sign * state.failing

    def _expect(self, job: Job) -> None:
        known = self._expectations.pop(job.id, None)
        if known is not None:
            del self._deadlines[bisect.bisect_left(self._deadlines, (known.deadline, job.id))]
        expectation = expect(job.state, self._schedule)
        if expectation is not None:
            self._expectations[job.id] = expectation
            bisect.insort(self._deadlines, (expectation.deadline, job.id))
