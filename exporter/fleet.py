"""The present state of every server and job, in memory.

Fed by the store in the order of its commits, asked by the routes and by the collector. A job turns
overdue by nothing but the question's moment: deadlines lie in order, so counting the overdue ones
costs the same whether ten or ten thousand jobs are fine, and so does telling what changed.
"""

import bisect
import logging
import threading
from collections import defaultdict

from msgspec import Struct

from exporter.deadlines import Deadlines
from exporter.logs import event
from exporter.model import Server
from exporter.policy import Policy
from exporter.schedule import Expectation, Schedule, expect
from exporter.state import Job
from exporter.store import Change
from exporter.tally import NOTHING, Tally
from exporter.times import Millis

_log = logging.getLogger(__name__)


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
    failing: bool
    schedule: Schedule
    expectation: Expectation | None

    def overdue(self, now: Millis) -> bool:
        """Whether a run was expected and none came."""
        return self.expectation is not None and self.expectation.overdue(now)


class News(Struct, frozen=True):
    """The figures of the fleet, and what is new, other or gone since they were last told.

    `faulty` has the jobs that a fault of ours keeps from being judged; they count as gone.
    """

    totals: Totals
    servers: tuple[Server, ...]
    jobs: tuple[JobView, ...]
    removed_servers: tuple[int, ...]
    removed_jobs: tuple[int, ...]
    faulty: frozenset[int]


class _Noticed:
    """The ids of what changed or went since a moment."""

    def __init__(self, since: Millis = 0) -> None:
        self.since = since
        self.servers: set[int] = set()
        self.jobs: set[int] = set()


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
        self._tallies: dict[int, Tally] = {}
        self._sums = NOTHING
        self._deadlines = Deadlines()
        self._created = created
        self._last_report = created
        self._news = _Noticed()
        self._faulty: set[int] = set()

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
            return self._totals(now)

    def news(self, now: Millis) -> News:
        """Return what is other than when this was last asked: for one asker, who keeps the rest.

        A job is news when a report or a person changed it, and when its deadline lies between the
        last asking and now.
        """
        with self._lock:
            for job_id in tuple(self._faulty):
                self._judge(self._jobs[job_id])
            noticed = self._news
            noticed.jobs.update(self._deadlines.between(noticed.since, now))
            jobs = [job_id for job_id in sorted(noticed.jobs) if self._is_backup(job_id)]
            servers = [self._servers.get(server_id) for server_id in sorted(noticed.servers)]
            news = News(
                totals=self._totals(now),
                servers=tuple(server for server in servers if server is not None),
                jobs=tuple(self._view(job_id) for job_id in jobs),
                removed_servers=tuple(noticed.servers - self._servers.keys()),
                removed_jobs=tuple(noticed.jobs.difference(jobs)),
                faulty=frozenset(self._faulty),
            )
            self._news = _Noticed(now)  # not before: what fails above is still to be told
            return news

    def servers(self) -> list[Server]:
        """Return every server, in the order of their ids."""
        with self._lock:
            return sorted(self._servers.values(), key=lambda server: server.id)

    def server(self, server_id: int) -> Server | None:
        """Return a server by its id."""
        return self._servers.get(server_id)

    def owner(self, machine_id: str) -> Server | None:
        """Return the server a machine-id leads to."""
        with self._lock:
            server_id = self._machine_ids.get(machine_id)
            return None if server_id is None else self._servers.get(server_id)

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
            return [self._view(job_id) for job_id in self._deadlines.before(now)]

    def _is_backup(self, job_id: int) -> bool:
        tally = self._tallies.get(job_id)
        return tally is not None and bool(tally.jobs)

    def _view(self, job_id: int) -> JobView:
        job = self._jobs[job_id]
        server = self._servers[job.server_id]
        schedule, expectation = self._schedules[job_id], self._expectations.get(job_id)
        failing = bool(self._tallies[job_id].failing)
        return JobView(server, job, failing, schedule, expectation)

    def _totals(self, now: Millis) -> Totals:
        return Totals(
            servers=len(self._servers),
            jobs=self._sums.jobs,
            completed=self._sums.completed,
            failed=self._sums.failed,
            failing=self._sums.failing,
            overdue=self._deadlines.count_before(now),
            last_report=self._last_report,
        )

    def _put_server(self, server: Server) -> None:
        known = self._servers.get(server.id)
        self._servers[server.id] = server
        self._news.servers.add(server.id)
        self._last_report = max(self._last_report, server.last_report)
        if known is not None and (known.name, known.alias) != (server.name, server.alias):
            # The configuration's overrides go by these names.
            for job_id in self._jobs_of.get(server.id, ()):
                self._judge(self._jobs[job_id])

    def _remove_server(self, server_id: int) -> None:
        del self._servers[server_id]
        self._news.servers.add(server_id)
        self._jobs_of.pop(server_id, None)
        self._machine_ids = {
            machine_id: owner
            for machine_id, owner in self._machine_ids.items()
            if owner != server_id
        }
        reports = (server.last_report for server in self._servers.values())
        self._last_report = max(reports, default=self._created)

    def _put_job(self, job: Job) -> None:
        if job.id not in self._jobs:
            bisect.insort(self._jobs_of[job.server_id], job.id)
        self._jobs[job.id] = job
        self._judge(job)

    def _remove_job(self, job_id: int) -> None:
        self._count(job_id, NOTHING)
        job = self._jobs.pop(job_id)
        self._jobs_of[job.server_id].remove(job_id)
        del self._tallies[job_id]
        self._schedules.pop(job_id, None)
        self._faulty.discard(job_id)
        self._news.jobs.add(job_id)
        self._set_expectation(job_id, None)

    def _count(self, job_id: int, tally: Tally) -> None:
        """Replace what a job adds to the figures of the fleet."""
        known = self._tallies.get(job_id, NOTHING)
        self._tallies[job_id] = tally
        self._sums = self._sums.replacing(known, tally)

    def _judge(self, job: Job) -> None:
        """Count a job and say what is expected of it; where that fails, it alone is left out."""
        self._news.jobs.add(job.id)
        try:
            state = job.state
            tally = Tally.of(state)
            schedule = self._policy.schedule(self._servers[job.server_id], job.name, job.settings)
            expectation = expect(state, schedule)
        except Exception:  # noqa: BLE001 - nothing is known of what a bug may raise
            if job.id not in self._faulty:
                _log.exception("a job could not be judged", extra=event(job_id=job.id))
            self._faulty.add(job.id)
            self._count(job.id, NOTHING)
            self._set_expectation(job.id, None)
            return
        self._faulty.discard(job.id)
        self._schedules[job.id] = schedule
        self._count(job.id, tally)
        self._set_expectation(job.id, expectation)

    def _set_expectation(self, job_id: int, expectation: Expectation | None) -> None:
        """Replace a job's expectation; one that is paused has no deadline to pass."""
        if expectation is None:
            self._expectations.pop(job_id, None)
            self._deadlines.set(job_id, None)
            return
        self._expectations[job_id] = expectation
        self._deadlines.set(job_id, None if expectation.paused else expectation.deadline)
