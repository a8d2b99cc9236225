"""Several stores of one PostgreSQL, like several daemons, and checks of all of them."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Self, TypeVar

import psycopg

from exporter.fleet import Fleet
from exporter.jobs.job import Job
from exporter.model import Delivery, Server
from exporter.reports import read_report
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Recorded, Watch
from exporter.store.postgres import Store
from exporter.store.postgres.feed import Feed
from exporter.store.postgres.session import PgSession, prepare
from exporter.store.postgres.writer import PgWriter
from exporter.store.rules import read_queries
from exporter.times import MINUTE, Millis
from tests.support.daemon import CREATED, NOW, SENDER
from tests.support.reports_builder import duplicati_report
from tests.support.strategies.state import by_runs, fold

PATIENCE_SECONDS = 20.0
_ORPHANS = (
    "SELECT 'job', id FROM jobs WHERE server_id NOT IN (SELECT id FROM servers)",
    "SELECT 'id', server_id FROM machine_ids WHERE server_id NOT IN (SELECT id FROM servers)",
    "SELECT value FROM merged_identities WHERE server_id NOT IN (SELECT id FROM servers)",
    "SELECT 'former', job_id FROM former_names WHERE job_id NOT IN (SELECT id FROM jobs)",
    "SELECT 'live', job_id FROM live_runs WHERE job_id NOT IN (SELECT id FROM jobs)",
    "SELECT 'change', id FROM condition_changes WHERE job_id NOT IN (SELECT id FROM jobs)",
    "SELECT 'run', id FROM runs WHERE job_id NOT IN (SELECT id FROM jobs)",
    "SELECT 'log', run_id FROM logs WHERE run_id NOT IN (SELECT id FROM runs)",
    "SELECT 'stand-in', run_id FROM stand_ins WHERE run_id NOT IN (SELECT id FROM runs)",
    "SELECT 'names', id FROM runs WHERE names_id NOT IN (SELECT id FROM counted_names)",
    "SELECT 'commit', stamp FROM commits WHERE writer NOT IN (SELECT id FROM writers)",
)

Known = tuple[tuple[Server, ...], tuple[Job, ...], tuple[tuple[str, int], ...]]
Outcome = TypeVar("Outcome")


class Replicas:
    """Opens stores of one database and closes them at the end."""

    def __init__(self, url: str, served: str | None = None) -> None:
        """Open the database by the URL `served`, if there is a pooler or proxy in between."""
        self.url = url
        self.served = served or url
        self.stores: list[Store] = []
        self.fleets: list[Fleet] = []
        self._end = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end.close()

    def open(self, patience: float = PATIENCE_SECONDS, watch: Watch | None = None) -> Store:
        """Open one more store, with a fleet that follows it."""
        store = Store(self.served, version="test", patience=patience, watch=watch)
        self._end.callback(store.close)
        self.stores.append(store)
        self.fleets.append(Fleet(SchedulePolicy(), CREATED))
        store.follow(self.fleets[-1])
        return store

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Query the database directly, without the daemons."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return [] if cursor.description is None else cursor.fetchall()

    def deadlocks(self) -> int:
        """Return the number of deadlocks."""
        statement = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return int(self.ask(statement)[0][0])

    def assert_whole(self) -> None:
        """Check that all know what the database holds, and that it agrees with the runs."""
        expected = stored(self.url)
        for store, fleet in zip(self.stores, self.fleets, strict=True):
            store.catch_up(PATIENCE_SECONDS)
            assert known_to(store) == expected
            assert fleet.servers() == list(expected[0])
            assert [view.job for view in fleet.jobs()] == [
                job for job in expected[1] if job.state.is_backup or job.state.is_expected
            ]
        assert orphans(self.url) == []
        assert_folded(self.url)


def feed_of(store: Store) -> Feed:
    """Return the feed of a store."""
    feed: Feed = vars(store)["_feed"]
    return feed


def writer_of(store: Store) -> PgWriter:
    """Return the writer of a store."""
    writer: PgWriter = vars(store)["_writer"]
    return writer


def known_to(store: Store) -> Known:
    """Return what a store has in memory."""
    change = store.snapshot()
    return change.servers, change.jobs, change.machine_ids


def stored(url: str) -> Known:
    """Return what the database holds."""
    with psycopg.connect(url) as connection:
        prepare(connection)
        db = PgSession(connection)
        servers, jobs = read_queries.servers(db), read_queries.jobs(db)
        return tuple(servers), tuple(jobs), tuple(sorted(read_queries.machine_ids(db)))


def orphans(url: str) -> list[tuple[Any, ...]]:
    """Return rows that belong to nothing."""
    with psycopg.connect(url) as connection:
        return [row for query in _ORPHANS for row in connection.execute(query)]


def assert_folded(url: str) -> None:
    """Check that each job's state is what its stored runs add up to."""
    with psycopg.connect(url) as connection:
        prepare(connection)
        db = PgSession(connection)
        for job in list(read_queries.jobs(db)):
            runs = sorted(read_queries.runs_of(db, job.id), key=lambda stored: stored.id)
            assert by_runs(job.state) == fold(runs), job


def body(number: int, server: str = "nas", backup: str = "Documents", **fields: Any) -> bytes:  # noqa: ANN401 - any field of a report
    """Build a report of a backup of a server; each number is another run."""
    given = {"machine_id": f"id of {server}", "server": server, "backup": backup, **fields}
    return duplicati_report(began=NOW - 10**9 + number * MINUTE, **given)


def post(store: Store, report: bytes, received: Millis = NOW, sender: str = SENDER) -> Recorded:
    """Record a body as the upload route does."""
    return store.record(read_report(report), Delivery(received, sender))


def at_once(calls: Sequence[Callable[[], Outcome]]) -> list[Outcome]:
    """Call each in its own thread."""
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(call) for call in calls]
        return [future.result(60) for future in futures]


def began_in(store: Store) -> set[Millis]:
    """Return the start of the last run of each job, as a store knows it."""
    states: Iterable[Job] = store.snapshot().jobs
    return {job.state.last.started for job in states if job.state.last is not None}
