"""The present state of every server and job, in memory.

Fed by the store in the order of its commits, asked by the routes and by the collector. A job turns
overdue by nothing but the question's moment: deadlines lie in order, so counting the overdue ones
costs the same whether ten or ten thousand jobs are fine.
"""

import bisect
import threading
from collections import defaultdict

from msgspec import Struct

from exporter.model import Server
from exporter.policy import Policy
from exporter.schedule import Expectation, Schedule, expect
from exporter.state import Job, JobState
from exporter.store import Change
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
    """A backup job, its server, the schedule that holds for it and what is expected of it."""

    server: Server
    job: Job
    schedule: Schedule
    expectation: Expectation | None

    def overdue(self, now: Millis) -> bool:
        """Whether a run was expected and none came."""
        return self.expectation is not None and self.expectation.overdue(now)


class Fleet:
    """Every server and job. Any thread may ask; `apply` needs one caller at a time.

    An answer is of one moment: it holds a change whole or not at all.
    """

    def __init__(self, policy: Policy, created: Millis) -> None:
        """Begin empty; `created` stands for the newest report until there is one."""
        self._policy = policy
        self._lock = threading.Lock()
        self._servers: dict[int, Server] = {}
        self._machine_ids: dict[str, int] = {}
        self._jobs: dict[int, Job] = {}
        self._jobs_of: dict[int, list[int]] = defaultdict(list)
        self._schedules: dict[int, Schedule] = {}
        self._expectations: dict[int, Expectation] = {}
        self._backup_jobs = 0
        self._deadlines: list[tuple[Millis, int]] = []
        self._completed = 0
        self._failed = 0
        self._failing = 0
        self._created = created
        self._last_report = created

    def apply(self, change: Change) -> None:
        """Take over what the store changed, or at start-up all that it knows."""
        with self._lock:
            for job_id in change.removed_jobs:
                self._remove_job(job_id)
            for server in change.servers:
                self._put_server(server)
            self._machine_ids.update(change.machine_ids)
            for job in change.jobs:
                self._put_job(job)
            for server_id in change.removed_servers:
                self._remove_server(server_id)

    def totals(self, now: Millis) -> Totals:
        """Return the figures of the whole fleet."""
        with self._lock:
            return Totals(
                servers=len(self._servers),
                jobs=self._backup_jobs,
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
            return self._view(job_id) if self._is_backup(job_id) else None

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
            return [self._view(job_id) for job_id in sorted(self._jobs) if self._is_backup(job_id)]

    def jobs_of(self, server_id: int) -> list[JobView]:
        """Return the backup jobs of a server, in the order of their ids."""
        with self._lock:
            known = self._jobs_of.get(server_id, ())
            return [self._view(job_id) for job_id in known if self._is_backup(job_id)]

    def overdue(self, now: Millis) -> list[JobView]:
        """Return the overdue jobs, the longest overdue first."""
        with self._lock:
            late = self._deadlines[: self._count_overdue(now)]
            return [self._view(job_id) for _, job_id in late]

    def _is_backup(self, job_id: int) -> bool:
        job = self._jobs.get(job_id)
        return job is not None and job.state.is_backup

    def _view(self, job_id: int) -> JobView:
        job = self._jobs[job_id]
        server = self._servers[job.server_id]
        return JobView(server, job, self._schedules[job_id], self._expectations.get(job_id))

    def _count_overdue(self, now: Millis) -> int:
        return bisect.bisect_left(self._deadlines, (now, 0))

    def _put_server(self, server: Server) -> None:
        known = self._servers.get(server.id)
        self._servers[server.id] = server
        self._last_report = max(self._last_report, server.last_report)
        if known is not None and (known.name, known.alias) != (server.name, server.alias):
            # The configuration's overrides go by these names.
            for job_id in self._jobs_of.get(server.id, ()):
                self._expect(self._jobs[job_id])

    def _remove_server(self, server_id: int) -> None:
        del self._servers[server_id]
        self._jobs_of.pop(server_id, None)
        self._machine_ids = {
            machine_id: owner
            for machine_id, owner in self._machine_ids.items()
            if owner != server_id
        }
        reports = (server.last_report for server in self._servers.values())
        self._last_report = max(reports, default=self._created)

    def _put_job(self, job: Job) -> None:
        known = self._jobs.get(job.id)
        if known is not None:
            self._forget(known)
        bisect.insort(self._jobs_of[job.server_id], job.id)
        self._jobs[job.id] = job
        self._count(job.state, 1)
        self._expect(job)

    def _remove_job(self, job_id: int) -> None:
        self._forget(self._jobs.pop(job_id))
        self._schedules.pop(job_id)
        self._set_expectation(job_id, None)

    def _forget(self, job: Job) -> None:
        self._jobs_of[job.server_id].remove(job.id)
        self._count(job.state, -1)

    def _count(self, state: JobState, sign: int) -> None:
        self._backup_jobs += sign * state.is_backup
        self._completed += sign * state.completed_runs
        self._failed += sign * state.failed_runs
        self._failing += sign * state.failing

    def _expect(self, job: Job) -> None:
        server = self._servers[job.server_id]
        schedule = self._policy.schedule(server, job.name, job.settings)
        self._schedules[job.id] = schedule
        self._set_expectation(job.id, expect(job.state, schedule))

    def _set_expectation(self, job_id: int, expectation: Expectation | None) -> None:
        """Replace a job's expectation; the deadlines of those that can be overdue lie in order."""
        known = self._expectations.pop(job_id, None)
        if known is not None and not known.paused:
            del self._deadlines[bisect.bisect_left(self._deadlines, (known.deadline, job_id))]
        if expectation is None:
            return
        self._expectations[job_id] = expectation
        if not expectation.paused:
            bisect.insort(self._deadlines, (expectation.deadline, job_id))
