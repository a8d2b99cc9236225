"""Reading all that is stored, in the order of time, and changing nothing.

Each answer is one snapshot and is read at once. Between two answers others may write.
"""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from exporter.model import Server
from exporter.store.rules import read_queries, rows
from exporter.store.session import Row, Session
from exporter.store.values import JobHistory, RecordedRun, RunChoice
from exporter.times import Millis

_ROWS = 500
"""Runs in a page."""

_RUN_COLUMNS = ", ".join(f"runs.{column}" for column in rows.STORED_RUN_COLUMNS)
_HISTORY = f"SELECT {_RUN_COLUMNS} FROM runs WHERE job_id = ? ORDER BY received, id"  # noqa: S608 - constant
_PLACEHOLDERS = """
SELECT runs.id FROM stand_ins JOIN runs ON runs.id = stand_ins.run_id WHERE runs.job_id = ?
AND runs.source IS NULL"""
_PAGE = f"""
SELECT servers.name, servers.id, jobs.name, jobs.id,
    counted_names.names, runs.counted, logs.log, {_RUN_COLUMNS}
FROM runs CROSS JOIN jobs CROSS JOIN servers
LEFT JOIN counted_names ON counted_names.id = runs.names_id
LEFT JOIN logs ON :messages AND logs.run_id = runs.id
WHERE jobs.id = runs.job_id AND servers.id = jobs.server_id
AND (runs.started, runs.id) > (:started, :id) AND runs.started < :until
AND (
    CAST(:server AS TEXT) IS NULL
    OR :server IN (servers.name, servers.alias, CAST(servers.id AS TEXT))
)
ORDER BY runs.started, runs.id LIMIT {_ROWS}"""  # noqa: S608 - constant
"""CROSS JOIN, so that SQLite goes through the runs by their start, whatever its planner prefers."""

_ID, _STARTED = 7, 8
"""The positions of both in a row of a page."""

Answer = TypeVar("Answer")

OnSkipped = Callable[[str, Exception], None]
"""Called with what cannot be read, and why."""


class Look(Protocol):
    """Sends a query to a database; the answer is one snapshot."""

    def __call__(self, ask: Callable[[Session], Answer], /) -> Answer:
        """Return what the database answers."""
        ...


class RecordsReader:
    """Reads a database. Every method raises `StoreError` if it cannot be read."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def created(self) -> Millis:
        """Return when the database was created."""
        return self._look(read_queries.created)

    def first_arrival(self) -> Millis | None:
        """Return when the first of the stored runs arrived; None if there is none."""
        query = "SELECT min(received) FROM runs"
        first: Millis | None = self._look(lambda db: db.execute(query).fetchone()[0])
        return first

    def jobs(self) -> list[tuple[Server, str]]:
        """Return the server and the name of each job."""
        return self._look(_jobs)

    def servers(self) -> list[Server]:
        """Return every server, in the order of their ids."""
        return self._look(read_queries.servers)

    def job_ids(self) -> list[int]:
        """Return the id of every job, in order."""
        query = "SELECT id FROM jobs ORDER BY id"
        return self._look(lambda db: [row[0] for row in db.execute(query)])

    def history(self, job_id: int) -> JobHistory | None:
        """Return a job with its runs; None if no job has this id any more."""
        return self._look(lambda db: _history(db, job_id))

    def runs(
        self, chosen: RunChoice, leave_out: OnSkipped, *, messages: bool
    ) -> Iterator[RecordedRun]:
        """Yield runs, oldest start first, except those that cannot be read."""
        after = (chosen.since, 0)
        while page := self._page(chosen, after, messages=messages):
            for row in page:
                try:
                    recorded = _recorded_run(row)
                except Exception as error:  # noqa: BLE001 - damaged bytes may raise anything
                    leave_out(f"run {row[_ID]}", error)
                else:
                    yield recorded
            after = (page[-1][_STARTED], page[-1][_ID])

    def _page(self, chosen: RunChoice, after: tuple[Millis, int], *, messages: bool) -> list[Row]:
        values = {
            "started": after[0],
            "id": after[1],
            "until": chosen.until,
            "server": chosen.server,
            "messages": messages,
        }
        return self._look(lambda db: db.execute(_PAGE, values).fetchall())


def _jobs(db: Session) -> list[tuple[Server, str]]:
    servers = {server.id: server for server in read_queries.servers(db)}
    return [(servers[job.server_id], job.name) for job in read_queries.jobs(db)]


def _history(db: Session, job_id: int) -> JobHistory | None:
    job = read_queries.job(db, job_id)
    server = None if job is None else read_queries.server(db, job.server_id)
    if job is None or server is None:
        return None
    runs = [rows.stored_run(row) for row in db.execute(_HISTORY, [job_id])]
    placeholders = frozenset(row[0] for row in db.execute(_PLACEHOLDERS, [job_id]))
    return JobHistory(server, job, runs, placeholders)


def _recorded_run(row: Row) -> RecordedRun:
    server, server_id, backup, job_id, names, counted, log, *stored = row
    return RecordedRun(
        server=server,
        server_id=server_id,
        backup=backup,
        job_id=job_id,
        stored=rows.stored_run(stored),
        counted=rows.unpack_counted(names, counted),
        log=rows.unpack_log(log),
    )
