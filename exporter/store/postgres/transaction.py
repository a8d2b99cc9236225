"""One transaction: what it locks first, and what it writes last, each in one round trip.

The row of a server is the lock for all that belongs to the server. A structural change locks the
row `format` of `meta` before. Nobody locks in another order, so there are no deadlocks. What is
known in memory is true only under the lock: a row that another daemon changed meanwhile is read; if
it is gone, everything is undone and done again with what is there.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from exporter.logs import log_fields
from exporter.model import Server
from exporter.store.changes import Change
from exporter.store.postgres import queries
from exporter.store.postgres.batch import PgRowBatch
from exporter.store.postgres.feed import Feed, Mark
from exporter.store.postgres.memory import Memory, News, Revisions
from exporter.store.postgres.scopes import is_known, touched_rows
from exporter.store.postgres.session import Cursor, PgSession
from exporter.store.rules import read_queries
from exporter.store.rules.recorder import Recorder
from exporter.store.rules.workspace import Workspace
from exporter.store.rules.write_cache import WriteCache
from exporter.store.scope import Scope


class Bounds(NamedTuple):
    """How long the server waits in a transaction: for a lock, for a statement, and for us.

    A daemon that froze between two round trips would keep a server locked for all others.
    """

    lock_millis: int
    seconds: int


TOGETHER = Bounds(300, 5)
"""For several requests; if one of them needs what is locked, each then tries alone."""

ALONE = Bounds(100, 5)
"""For one request: others that do not need its locks wait for it, so it tries again after them."""

WIDE = Bounds(100, 60)
"""For what a person changes: a merge may move a million runs."""

_BEGIN = """
SELECT set_config('statement_timeout', :seconds, TRUE),
    set_config('lock_timeout', :lock, TRUE),
    set_config('idle_in_transaction_session_timeout', :seconds, TRUE),
    set_config('enable_seqscan', 'off', TRUE),
    set_config('enable_hashjoin', 'off', TRUE),
    set_config('enable_mergejoin', 'off', TRUE)"""
"""Each statement finds a few rows by their keys. A plan that was made while a table was small is
kept, and would read all of it for each commit after it has grown: 10 ms at 10,000 jobs."""

_LOCK_STRUCTURE = "UPDATE meta SET value = value WHERE key = 'format' RETURNING value"
"""An update: if transactions read as of their start, by a setting of the database or because it
works that way, the one that waited gets a conflict and starts again."""

_LOCK_SERVERS = """
SELECT id, revision FROM servers WHERE id = ANY(?) ORDER BY id FOR NO KEY UPDATE"""
_OWN_COMMITS = "SELECT stamp, token FROM commits WHERE writer = ? AND stamp >= ? ORDER BY stamp"
_JOBS = "SELECT id, revision FROM jobs WHERE id = ANY(?)"
_RUN_IDS = "SELECT nextval('run_ids') FROM generate_series(1, ?)"
_COMMIT = """
INSERT INTO commits (writer, stamp, token, servers, jobs, live) VALUES (?, ?, ?, ?, ?, ?)"""
_COUNT_CHANGE = {
    "servers": """
UPDATE servers SET revision = revision + 1 WHERE id = ANY(?) RETURNING id, revision""",
    # Runs may have moved from job to job.
    "jobs": """
UPDATE jobs SET revision = revision + 1, newest = NULL WHERE id = ANY(?) RETURNING id, revision""",
}
_IDS_AT_ONCE = 64

Recording: TypeAlias = Callable[[Workspace], Recorder]
"""Makes what records reports in a transaction."""

_log = logging.getLogger(__name__)


class StaleError(Exception):
    """Memory is not what is in the database: the transaction has to be repeated."""


class HistoryLostError(Exception):
    """The last commit of this daemon is no longer in the database."""


class AlreadyCommittedError(Exception):
    """A try whose answer was lost had been committed; `token` is that of the commit."""

    def __init__(self, token: int) -> None:
        super().__init__()
        self.token = token


class PgTransaction:
    """The workspace of the rules in one transaction. Not thread-safe."""

    def __init__(
        self,
        session: PgSession,
        memory: Memory,
        feed: Feed,
        recording: Recording,
        run_ids: list[int],
    ) -> None:
        self._session = session
        self._memory = memory
        self._feed = feed
        self._run_ids = run_ids
        self.cache = memory.cache
        self.fresh = WriteCache()
        self.batch = PgRowBatch(self.fresh.newest)
        self.recorder = recording(self)
        self._written: dict[str, list[Cursor]] = {"servers": [], "jobs": []}
        self._held: set[int] = set()

    @property
    def db(self) -> PgSession:
        """The database, with all that was recorded so far written to it."""
        self._write_batch()
        return self._session

    @property
    def written(self) -> PgSession:
        """The database without what waits in the batch."""
        return self._session

    def next_run_id(self) -> int:
        """Return the id of one more run."""
        if not self._run_ids:
            found = self._session.execute(_RUN_IDS, (_IDS_AT_ONCE,)).fetchall()
            self._run_ids.extend(run_id for (run_id,) in reversed(found))
        return self._run_ids.pop()

    def hold(self, server: Server) -> Server:
        """Lock a server that was found in the database; return it as it is."""
        if server.id not in self._held:  # else this transaction itself may have changed it
            self._lock([server.id])
        found = read_queries.server(self._session, server.id)
        if found is None:
            raise StaleError
        return found

    def begin(self, scope: Scope, mark: Mark, bounds: Bounds) -> None:
        """Start the transaction: lock the scope of a write, and check what is known about it.

        Raises:
            StaleError: it is not true any more.
            AlreadyCommittedError: there is a commit with this number.
            HistoryLostError: the commit before is gone.
        """
        if scope.structural:
            self._begin_structural(bounds)
        servers, jobs = touched_rows(scope, self.cache)
        with self._session.together():
            if not scope.structural:
                self._session.execute("BEGIN")
                self._set(bounds)
            locked = self._session.execute(_LOCK_SERVERS, (servers,))
            own = self._session.execute(_OWN_COMMITS, (mark.writer, mark.stamp - 1))
            found = self._session.execute(_JOBS, (jobs,))
        # Only now: each answer that is asked for within the pipeline is a round trip.
        held, commits, known = locked.fetchall(), own.fetchall(), found.fetchall()
        _check_own(commits, mark)
        self._held.update(server_id for server_id, _ in held)
        self._check(dict(held), dict(known), servers, jobs)
        is_too_narrow = not scope.structural and not is_known(scope, self.cache)
        if is_too_narrow or touched_rows(scope, self.cache) != (servers, jobs):
            raise StaleError

    def _set(self, bounds: Bounds) -> None:
        given = {"lock": f"{bounds.lock_millis}ms", "seconds": f"{bounds.seconds}s"}
        self._session.execute(_BEGIN, given)

    def _begin_structural(self, bounds: Bounds) -> None:
        with self._session.together():
            self._session.execute("BEGIN")
            self._set(bounds)
            self._session.execute(_LOCK_STRUCTURE).fetchall()
        if not self._feed.catch_up_within(self._session):
            raise StaleError

    def _lock(self, servers: Sequence[int]) -> None:
        held: dict[int, int] = dict(
            self._session.execute(_LOCK_SERVERS, (list(servers),)).fetchall()
        )
        self._held.update(held)
        jobs = [job.id for job in list(self.cache.jobs.values()) if job.server_id in servers]
        known: dict[int, int] = dict(self._session.execute(_JOBS, (jobs,)).fetchall())
        self._check(held, known, [each for each in servers if each in self.cache.servers], jobs)

    def _check(
        self,
        held: dict[int, int],
        known: dict[int, int],
        servers: Sequence[int],
        jobs: Sequence[int],
    ) -> None:
        """Check that the rows are as known; read those that others changed."""
        if not self._is_known(held, known, servers, jobs):
            if not held.keys() >= set(servers) or not known.keys() >= set(jobs):
                raise StaleError
            self._memory.apply(queries.news(self._session, servers, jobs))
            if not self._is_known(held, known, servers, jobs):
                raise StaleError
        if self._memory.cache is not self.cache:  # everything was read again
            raise StaleError

    def _is_known(
        self,
        held: dict[int, int],
        known: dict[int, int],
        servers: Sequence[int],
        jobs: Sequence[int],
    ) -> bool:
        memory = self._memory
        return all(memory.revision_of_server(each) == held.get(each) for each in servers) and all(
            memory.revision_of_job(each) == known.get(each) for each in jobs
        )

    def commit(self, mark: Mark, change: Change | None) -> News | None:
        """Write the waiting rows and commit. Return what was changed; None if nothing was.

        `change` is what the work returned as changed; None if the rules recorded reports.
        """
        servers, jobs = self._changed(change)
        with self._session.together():
            self._write_batch()
            self._count_changes("servers", servers)
            self._count_changes("jobs", jobs)
            joined = () if change is None else change.joined
            live = sorted({*self.fresh.live, *(whole_id for _, whole_id in joined)})
            if servers or jobs or live:
                changed = (sorted(servers), sorted(jobs), live)
                self._session.execute(_COMMIT, (mark.writer, mark.stamp, mark.token, *changed))
            self._session.execute("COMMIT")
        if not servers and not jobs and not live:
            return None
        self._log_notes()
        return self._news()

    def _changed(self, change: Change | None) -> tuple[set[int], set[int]]:
        servers, jobs = set(self.fresh.servers), {job.id for job in self.fresh.jobs.values()}
        if change is not None:
            servers.update(server.id for server in change.servers)
            servers.update(change.removed_servers)
            jobs.update(job.id for job in change.jobs)
            jobs.update(change.removed_jobs)
        return servers, jobs

    def _write_batch(self) -> None:
        for table, cursor in self.batch.write(self._session):
            self._written[table].append(cursor)

    def _count_changes(self, table: str, ids: Iterable[int]) -> None:
        """Raise the revision of each changed row that the batch has not counted."""
        rest = sorted(set(ids) - self.batch.counted(table))
        if rest:
            self._written[table].append(self._session.execute(_COUNT_CHANGE[table], (rest,)))

    def _news(self) -> News:
        servers, jobs = self.fresh.servers.values(), self.fresh.jobs.values()
        change = Change(tuple(servers), tuple(jobs), tuple(self.fresh.machine_ids.items()))
        return News(change, Revisions(self._revisions("servers"), self._revisions("jobs")))

    def _revisions(self, table: str) -> dict[int, int]:
        return {row_id: revision for cursor in self._written[table] for row_id, revision in cursor}

    def _log_notes(self) -> None:
        for note in self.recorder.places.notes:
            _log.warning(note.title, extra=log_fields(**note.fields))


def _check_own(commits: Sequence[tuple[int, int]], mark: Mark) -> None:
    found = dict(commits)
    if mark.stamp in found:
        raise AlreadyCommittedError(found[mark.stamp])
    if mark.last_token is not None and found.get(mark.stamp - 1) != mark.last_token:
        raise HistoryLostError
