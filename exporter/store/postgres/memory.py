"""What a daemon knows about a database that others change, too.

Own commits and those of others come in no common order. Each row of a server and of a job counts
its changes, so what is older than what is known is ignored; what is gone never comes back, as no id
is used twice.
"""

import threading
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from exporter.jobs.job import Job
from exporter.model import Server
from exporter.model.live import LiveRun
from exporter.store.changes import Change, Follower
from exporter.store.rules.write_cache import WriteCache
from exporter.times import Millis


class Revisions(NamedTuple):
    """How often rows were changed, by their ids."""

    servers: Mapping[int, int]
    jobs: Mapping[int, int]


class News(NamedTuple):
    """Rows as they are in the database, and how often they were changed.

    `newest` has for a job the time that none of its stored runs started after, where it is known.
    """

    change: Change
    revisions: Revisions
    fetched_ids: frozenset[str] = frozenset()
    posted_ids: frozenset[str] = frozenset()
    with_placeholder: frozenset[int] = frozenset()
    newest: Mapping[int, Millis] = MappingProxyType({})
    live: tuple[tuple[int, LiveRun], ...] = ()


class Memory:
    """The servers and jobs as they were last seen. Thread-safe.

    `cache` may be read without the lock: a writer has locked the rows that it reads.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._follower: Follower | None = None
        self._servers: dict[int, int] = {}
        self._jobs: dict[int, int] = {}
        self._removed_servers: set[int] = set()
        self._removed_jobs: set[int] = set()
        self.listening_since: Millis = 0
        self.cache = WriteCache()

    def follow(self, follower: Follower) -> None:
        """Pass all that is known to a follower, and from now on each change."""
        with self._lock:
            self._follower = follower
            follower.replace_all(self.cache.snapshot())

    def replace(self, everything: News) -> None:
        """Replace all that was known."""
        with self._lock:
            self.cache = WriteCache()
            self._servers, self._jobs = {}, {}
            self._removed_servers.clear()  # an older copy of the database assigns ids again
            self._removed_jobs.clear()
            self._note(everything)
            self._apply(everything.change, everything.newest)
            if self._follower is not None:
                self._follower.replace_all(everything.change)
            self._show_live(everything.live)

    def apply(self, news: News) -> None:
        """Apply what is newer than what is known."""
        with self._lock:
            change = self._newer(news)
            self._note(news._replace(change=change))
            # Also what was never known: older news of it may still come.
            self._removed_servers.update(news.change.removed_servers)
            self._removed_jobs.update(news.change.removed_jobs)
            self._apply(change, news.newest)
            if self._follower is not None and change != Change():
                self._follower.apply(change)
            self._show_live(news.live)

    def _show_live(self, live: Iterable[tuple[int, LiveRun]]) -> None:
        for job_id, run in live:
            if self._follower is not None and job_id in self._jobs:
                self._follower.apply_live_run(job_id, run)

    def _apply(self, change: Change, newest: Mapping[int, Millis]) -> None:
        self.cache.apply(change)
        known = {job.id: newest[job.id] for job in change.jobs if job.id in newest}
        self.cache.newest.update(known)

    def listen_since(self, at: Millis) -> None:
        """Pass on since when any daemon could receive reports, if that changed."""
        with self._lock:
            is_new, self.listening_since = at != self.listening_since, at
            if is_new and self._follower is not None:
                self._follower.listen_since(at)

    def commit(self, fresh: WriteCache, news: News) -> None:
        """Apply a commit of our own; another daemon may have changed the same since."""
        with self._lock:
            change = news.change
            if self._newer(news) != change:
                self.apply(news)
                return
            self._note(news._replace(with_placeholder=self._placeholders(fresh, change)))
            self.cache.merge_committed(fresh)
            if self._follower is not None:
                self._follower.apply(change)

    def _placeholders(self, fresh: WriteCache, change: Change) -> frozenset[int]:
        changed = {each.id for each in change.jobs}
        return frozenset(fresh.with_placeholder | (self.cache.with_placeholder & changed))

    def revision_of_job(self, job_id: int) -> int:
        """Return how often the known state of a job was changed; -1 if it is not known."""
        return self._jobs.get(job_id, -1)

    def revision_of_server(self, server_id: int) -> int:
        """Return how often the known state of a server was changed; -1 if it is not known."""
        return self._servers.get(server_id, -1)

    def _newer(self, news: News) -> Change:
        change = news.change
        servers = tuple(each for each in change.servers if self._is_newer_server(each, news))
        new = {server.id for server in servers}

        def has_server(server_id: int) -> bool:
            return server_id in new or server_id in self._servers

        return Change(
            servers=servers,
            jobs=tuple(
                each
                for each in change.jobs
                if has_server(each.server_id) and self._is_newer_job(each, news)
            ),
            machine_ids=tuple(each for each in change.machine_ids if has_server(each[1])),
            removed_servers=_known(change.removed_servers, self._servers),
            removed_jobs=_known(change.removed_jobs, self._jobs),
        )

    def _is_newer_server(self, server: Server, news: News) -> bool:
        is_gone = server.id in self._removed_servers
        return not is_gone and news.revisions.servers[server.id] > self.revision_of_server(
            server.id
        )

    def _is_newer_job(self, job: Job, news: News) -> bool:
        known = self.revision_of_job(job.id)
        is_gone = job.id in self._removed_jobs
        return not is_gone and news.revisions.jobs[job.id] > known

    def _note(self, news: News) -> None:
        """Store the revisions of a change, and what else the writer needs of it."""
        change, revisions = news.change, news.revisions
        self._servers.update((each.id, revisions.servers[each.id]) for each in change.servers)
        self._jobs.update((each.id, revisions.jobs[each.id]) for each in change.jobs)
        for server_id in change.removed_servers:
            del self._servers[server_id]
        for job_id in change.removed_jobs:
            del self._jobs[job_id]
        cache = self.cache
        cache.fetched_ids = (cache.fetched_ids | news.fetched_ids) - news.posted_ids
        cache.with_placeholder -= {each.id for each in change.jobs}
        cache.with_placeholder |= news.with_placeholder


def _known(ids: Iterable[int], known: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(each for each in ids if each in known)
