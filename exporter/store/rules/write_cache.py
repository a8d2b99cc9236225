"""What the writer knows about servers and jobs without a query.

It holds what was read at the start and what was committed since. The fleet holds the same values,
so they take no memory of their own.
"""

from collections.abc import Iterable

from exporter.jobs.job import Job
from exporter.model import JobKind, Server
from exporter.model.live import LiveRun
from exporter.store.changes import Change
from exporter.store.rules import live_runs, read_queries
from exporter.store.session import Session
from exporter.times import Millis

_MAX_NAMES = 256
"""Lists of names that are cached: each version of Duplicati has a few, a forger any number."""

JobKey = tuple[int, JobKind, str]
"""The server of a job, its kind and what Duplicati calls it: a report has these three."""


class WriteCache:
    """Servers by id and by machine-id, jobs by server, kind and name. Not thread-safe.

    `newest` has for a job a time after which none of its stored runs starts, of whatever kind.
    `names` has the ids of the lists of names under which reports count. `last_run` is the largest
    id of a run. Only the jobs in `with_placeholder` can have a placeholder run. `fetched_ids` are
    machine-ids that no report was posted with; `posted_ids` are those with which one was posted
    since. `dirty` is true while a change may have been applied in part.
    """

    def __init__(self) -> None:
        self.dirty = False
        self.servers: dict[int, Server] = {}
        self.machine_ids: dict[str, int] = {}
        self.jobs: dict[JobKey, Job] = {}
        self.newest: dict[int, Millis] = {}
        self.names: dict[bytes, int] = {}
        self.last_run = 0
        self.with_placeholder: set[int] = set()
        self.fetched_ids: set[str] = set()
        self.posted_ids: set[str] = set()
        self.live: dict[int, LiveRun] = {}
        self._keys: dict[int, JobKey] = {}

    @classmethod
    def load(cls, db: Session) -> "WriteCache":
        """Return a cache of what a database holds."""
        cache = cls()
        cache.put(read_queries.servers(db), read_queries.jobs(db), read_queries.machine_ids(db))
        cache.last_run = read_queries.last_run(db)
        cache.with_placeholder = live_runs.jobs_with_placeholder(db)
        cache.fetched_ids = read_queries.fetched_ids(db)
        return cache

    def snapshot(self) -> Change:
        """Return every server and job as a change of an empty fleet."""
        # Each copy is one snapshot; a job's server is there before the job.
        jobs, servers = list(self.jobs.values()), list(self.servers.values())
        return Change(
            tuple(sorted(servers, key=lambda server: server.id)),
            tuple(sorted(jobs, key=lambda job: job.id)),
            tuple(sorted(self.machine_ids.items())),
        )

    def job(self, job_id: int) -> Job | None:
        """Return a job by its id; None if it is not known."""
        key = self._keys.get(job_id)
        return None if key is None else self.jobs.get(key)

    def put(
        self,
        servers: Iterable[Server],
        jobs: Iterable[Job],
        machine_ids: Iterable[tuple[str, int]] = (),
    ) -> None:
        """Add what is new and replace what changed."""
        self.servers.update((server.id, server) for server in servers)
        self.machine_ids.update(machine_ids)
        for job in jobs:
            key = (job.server_id, job.kind, job.own_name)
            former = self._keys.get(job.id, key)
            known = self.jobs.get(former)
            if former != key and known is not None and known.id == job.id:
                del self.jobs[former]
            self.jobs[key] = job
            self._keys[job.id] = key

    def merge_committed(self, fresh: "WriteCache") -> None:
        """Apply what a transaction of reports changed."""
        self.dirty = True
        self.put(fresh.servers.values(), fresh.jobs.values(), fresh.machine_ids.items())
        self.newest.update(fresh.newest)
        self.last_run = max(self.last_run, fresh.last_run)
        self.names.update(fresh.names)
        self.with_placeholder |= fresh.with_placeholder
        self.fetched_ids = (self.fetched_ids | fresh.fetched_ids) - fresh.posted_ids
        if len(self.names) > _MAX_NAMES:
            self.names.clear()
        self.dirty = False

    def apply(self, change: Change) -> None:
        """Apply what people changed: runs may have moved from job to job."""
        self.dirty = True
        for job_id in change.removed_jobs:
            self.jobs.pop(self._keys.pop(job_id), None)
        gone = set(change.removed_servers)
        for server_id in gone:
            self.servers.pop(server_id, None)
        moved = {name: owner for name, owner in self.machine_ids.items() if owner not in gone}
        self.machine_ids = moved
        self.put(change.servers, change.jobs, change.machine_ids)
        for job_id in (*change.removed_jobs, *(job.id for job in change.jobs)):
            self.newest.pop(job_id, None)
        changed = [job.id for job in change.jobs]
        if not self.with_placeholder.isdisjoint((*change.removed_jobs, *changed)):
            self.with_placeholder.update(changed)
        self.dirty = False
