"""Daemons with PostgreSQL, compared with one with SQLite in the same round.

Load generator, daemons and PostgreSQL share the machine, and each commit waits for its disk.
"""

import shutil
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from exporter.store.postgres import Store
from exporter.times import HOUR, SECOND
from tests.support.postgres import Postgres, binaries
from tests.tools.bench import processes, reports
from tests.tools.bench.figures import Figure
from tests.tools.bench.filling import Size, fill, fresh_copy
from tests.tools.bench.reports import STORED_SINCE
from tests.tools.bench.setting import Setting

_SIZE = Size(10_000, 10_000)
_LARGE = 100_000
_CONNECTIONS = (8, 64)
_QUESTIONS = 500
_AT_ONCE = 500
_SETTINGS = ("max_connections=100", "listen_addresses=", "shared_buffers=256MB")
_TEMPLATE = "filled"

_MULTIPLY = """
INSERT INTO jobs (server_id, name, state)
SELECT server_id, name || '-' || number, state FROM jobs, generate_series(2, {times}) AS number"""


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure uploads, summaries, the query before each answer, start and memory."""
    alone = setting.folder / "beside-postgres.sqlite"
    if not alone.exists():
        fill(alone, _SIZE)
    with _server(setting.folder / "postgres") as server:
        _fill(server)
        yield from _uploads(setting, server, alone)
        yield from _two(setting, server)
        yield from _summaries(setting, server, alone)
        yield from _resources(setting, server, alone)
        yield from _questions(server)


@contextmanager
def _server(folder: Path) -> Iterator[Postgres]:
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is missing: apt-get install postgresql")
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.chmod(0o755)
    server = Postgres(folder, programs, _SETTINGS)
    server.make()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _fill(server: Postgres) -> None:
    """Make a database with one run of each job, from which the others are copied."""
    store = Store(server.create(_TEMPLATE))
    places = reports.places(_SIZE.jobs, _SIZE.jobs, STORED_SINCE)
    arrivals = [(reports.report(place), reports.delivery(place)) for place in places]
    for first in range(0, len(arrivals), _AT_ONCE):
        store.record_all(arrivals[first : first + _AT_ONCE])
    store.close()


@contextmanager
def _database(server: Postgres) -> Iterator[str]:
    try:
        yield server.create("measured", _TEMPLATE)
    finally:
        server.drop("measured")


def _uploads(setting: Setting, server: Postgres, alone: Path) -> Iterator[Figure]:
    for connections, aim in zip(_CONNECTIONS, ("≥ 0.73", "≥ 0.84"), strict=True):
        with _database(server) as url, processes.daemon(url, log=setting.floor_log) as served:
            shared = setting.load.upload(served.url, _SIZE.jobs, connections).per_second
            _check(url, shared * setting.load.seconds)
        with processes.daemon(fresh_copy(alone, setting.folder / "measured")) as served:
            own = setting.load.upload(served.url, _SIZE.jobs, connections).per_second
        what = f"uploads over PostgreSQL, {connections} connections"
        yield Figure(what, "over SQLite", aim, "/s", shared, own)


def _check(url: str, answered: float) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM runs").fetchone()
    new = (row or (0,))[0] - _SIZE.runs
    if new < 0.98 * answered:
        message = f"only {new} runs were stored of {answered:.0f} answered"
        raise RuntimeError(message)


def _two(setting: Setting, server: Postgres) -> Iterator[Figure]:
    """Measure one daemon and two daemons, with 64 connections in all."""
    with _database(server) as url, processes.daemon(url, log=setting.floor_log) as served:
        one = setting.load.upload(served.url, _SIZE.jobs, 64).per_second
    with _database(server) as url, ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        logs = [setting.folder / f"replica-{number}.log" for number in (1, 2)]
        daemons = [stack.enter_context(processes.daemon(url, log=log)) for log in logs]
        later = (0, HOUR // SECOND)
        loads = [
            pool.submit(setting.load.upload, served.url, _SIZE.jobs, 32, offset)
            for served, offset in zip(daemons, later, strict=True)
        ]
        two = sum(load.result().per_second for load in loads)
    yield Figure("uploads, two daemons, 64 connections", "one daemon", "≥ 1.3", "/s", two, one)


def _summaries(setting: Setting, server: Postgres, alone: Path) -> Iterator[Figure]:
    for connections in _CONNECTIONS:
        with _database(server) as url, processes.daemon(url, log=setting.floor_log) as served:
            shared = setting.load.get(f"{served.url}/api/summary", connections).per_second
        with processes.daemon(fresh_copy(alone, setting.folder / "measured")) as served:
            own = setting.load.get(f"{served.url}/api/summary", connections).per_second
        what = f"GET /api/summary over PostgreSQL, {connections} connections"
        yield Figure(what, "over SQLite", "", "/s", shared, own)


def _resources(setting: Setting, server: Postgres, alone: Path) -> Iterator[Figure]:
    with processes.daemon(fresh_copy(alone, setting.folder / "measured")) as served:
        own = served.start_seconds, served.resident_megabytes()
    for jobs in (_SIZE.jobs, _LARGE):
        with _database(server) as url:
            _multiply(url, jobs // _SIZE.jobs)
            with processes.daemon(url, log=setting.floor_log) as served:
                shared = served.start_seconds, served.resident_megabytes()
        what, floor = f"over PostgreSQL, {jobs:,} jobs", f"over SQLite, {_SIZE.jobs:,} jobs"
        yield Figure(f"start {what}", floor, "", "s", shared[0], own[0])
        yield Figure(f"resident memory {what}", floor, "", "MB", shared[1], own[1])


def _multiply(url: str, times: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if times > 1:
            connection.execute(_MULTIPLY.format(times=times))
        connection.execute("ANALYZE")


def _questions(server: Postgres) -> Iterator[Figure]:
    """Measure the query before an answer, when nothing is new."""
    for jobs in (_SIZE.jobs, _LARGE):
        with _database(server) as url:
            _multiply(url, jobs // _SIZE.jobs)
            store = Store(url)
            taken = [_milliseconds(store) for _ in range(_QUESTIONS)]
            store.close()
        what = f"question before an answer, {jobs:,} jobs"
        yield Figure(what, "the aim", "≤ 1", "ms", statistics.median(taken), 0.3)


def _milliseconds(store: Store) -> float:
    started = time.perf_counter()
    store.catch_up(5)
    return (time.perf_counter() - started) * 1000
