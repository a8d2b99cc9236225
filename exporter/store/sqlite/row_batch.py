"""Rows that wait for the end of their transaction, written with one statement per table."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import chain

from sqlite_utils import Database

from exporter.jobs.job import Job
from exporter.model import Server, StoredRun
from exporter.store.rules import rows
from exporter.store.rules.prepared_report import PreparedReport

_Row = Sequence[object]

_RUN_COLUMNS = ("id", "job_id", "fingerprint", "names_id", "counted", "clock", *rows.RUN_COLUMNS)
_INSERT_RUNS = f"INSERT INTO runs ({', '.join(_RUN_COLUMNS)}) VALUES {{}}"  # noqa: S608 - constant
_INSERT_LOGS = "INSERT INTO logs (run_id, log) VALUES {}"
_UPDATE_JOBS = """
WITH new (id, state) AS (VALUES {})
UPDATE jobs SET state = new.state FROM new WHERE jobs.id = new.id"""
_UPDATE_SERVERS = """
WITH new (id, name, version, os, described, last_report) AS (VALUES {})
UPDATE servers
SET (name, version, os, described, last_report) =
    (new.name, new.version, new.os, new.described, new.last_report)
FROM new WHERE servers.id = new.id"""


class RowBatch:
    """The rows of the reports of one transaction."""

    def __init__(self) -> None:
        self._runs: list[_Row] = []
        self._logs: list[_Row] = []
        self._jobs: dict[int, _Row] = {}
        self._servers: dict[int, _Row] = {}

    def add_run(
        self, job_id: int, stored: StoredRun, names_id: int | None, prepared: PreparedReport
    ) -> None:
        """Add a run and its log."""
        extra = (prepared.report.fingerprint, names_id, prepared.counted, prepared.delivery.clock)
        own = (stored.id, job_id, *extra)
        timestamps = (stored.started, stored.received)
        self._runs.append((*own, *timestamps, *rows.run_row(stored.run)))
        if prepared.log is not None:
            self._logs.append((stored.id, prepared.log))

    def put(self, server: Server, job: Job) -> None:
        """Replace what is stored of a server and a job."""
        facts = (server.name, server.version, server.os, server.described, server.last_report)
        self._servers[server.id] = (server.id, *facts)
        self._jobs[job.id] = (job.id, job.packed)

    def write(self, db: Database) -> None:
        """Write all waiting rows."""
        _write(db, _INSERT_RUNS, self._runs)
        _write(db, _INSERT_LOGS, self._logs)
        _write(db, _UPDATE_JOBS, self._jobs.values())
        _write(db, _UPDATE_SERVERS, self._servers.values())
        for waiting in (self._runs, self._logs, self._jobs, self._servers):
            waiting.clear()


def _write(db: Database, statement: str, rows_: Collection[_Row]) -> None:
    if rows_:
        width = len(next(iter(rows_)))
        db.execute(_statement(statement, len(rows_), width), tuple(chain.from_iterable(rows_)))


@lru_cache(maxsize=256)
def _statement(statement: str, count: int, width: int) -> str:
    row = f"({', '.join('?' * width)})"
    return statement.format(", ".join([row] * count))
