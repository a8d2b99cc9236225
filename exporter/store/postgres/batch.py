"""Rows that wait for the end of their transaction, written with one statement for each table.

The rows of a table go as one JSON value: a parameter for each value took three to five times as
long in Python. Bytes are base64 in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from exporter.jobs.job import Job
from exporter.model import Server, StoredRun
from exporter.store.postgres.session import Cursor, PgSession
from exporter.store.rules import rows
from exporter.store.rules.prepared_report import PreparedReport
from exporter.times import Millis

_BYTES = {"fingerprint", "counted", "copying", "log", "state"}
_TEXTS = {
    "operation",
    "status",
    "verification_status",
    "backup_id",
    "destination_type",
    "reason",
    "source",
    "name",
    "version",
    "os",
}
_FLAGS = {"dry_run"}

_RUN_COLUMNS = ("id", "job_id", "fingerprint", "names_id", "counted", "clock", *rows.RUN_COLUMNS)
_LOG_COLUMNS = ("run_id", "log")
_JOB_COLUMNS = ("id", "state", "newest")
_SERVER_COLUMNS = ("id", "name", "version", "os", "described", "last_report")


def _type(column: str) -> str:
    if column in _BYTES or column in _TEXTS:
        return "text"
    return "boolean" if column in _FLAGS else "bigint"


def _value(column: str) -> str:
    return f"decode(new.{column}, 'base64')" if column in _BYTES else f"new.{column}"


def _new(columns: Sequence[str]) -> str:
    """Return the SQL that turns the JSON value into rows."""
    typed = ", ".join(f"{column} {_type(column)}" for column in columns)
    return f"json_to_recordset(CAST(? AS json)) AS new ({typed})"


def _insert(table: str, columns: Sequence[str]) -> str:
    values = ", ".join(map(_value, columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {_new(columns)}"  # noqa: S608 - constant


def _update(table: str, columns: Sequence[str]) -> str:
    values = ", ".join(
        f"{column} = coalesce({_value(column)}, {table}.{column})"
        if column == "newest"
        else f"{column} = {_value(column)}"
        for column in columns
        if column != "id"
    )
    return (
        f"UPDATE {table} SET {values}, revision = {table}.revision + 1 FROM {_new(columns)}"  # noqa: S608 - constant
        f" WHERE {table}.id = new.id RETURNING {table}.id, {table}.revision"
    )


_INSERTS = (
    (_insert("runs", _RUN_COLUMNS), _RUN_COLUMNS),
    (_insert("logs", _LOG_COLUMNS), _LOG_COLUMNS),
)
_UPDATES = {
    "jobs": (_update("jobs", _JOB_COLUMNS), _JOB_COLUMNS),
    "servers": (_update("servers", _SERVER_COLUMNS), _SERVER_COLUMNS),
}


class PgRowBatch:
    """The rows of the reports of one transaction."""

    def __init__(self, newest: Mapping[int, Millis]) -> None:
        """Start empty; `newest` has when the newest run of a job started, as far as is known."""
        self._newest = newest
        self._runs: list[tuple[Any, ...]] = []
        self._logs: list[tuple[Any, ...]] = []
        self._jobs: dict[int, tuple[Any, ...]] = {}
        self._servers: dict[int, tuple[Any, ...]] = {}
        self._counted: dict[str, set[int]] = {"servers": set(), "jobs": set()}

    def add_run(
        self, job_id: int, stored: StoredRun, names_id: int | None, prepared: PreparedReport
    ) -> None:
        """Add a run and its log."""
        extra = (prepared.report.fingerprint, names_id, prepared.counted, prepared.delivery.clock)
        timestamps = (stored.started, stored.received)
        self._runs.append((stored.id, job_id, *extra, *timestamps, *rows.run_row(stored.run)))
        if prepared.log is not None:
            self._logs.append((stored.id, prepared.log))

    def put(self, server: Server, job: Job) -> None:
        """Replace what is stored of a server and a job."""
        facts = (server.name, server.version, server.os, server.described, server.last_report)
        self._servers[server.id] = (server.id, *facts)
        self._jobs[job.id] = (job.id, job.packed, self._newest.get(job.id))

    def counted(self, table: str) -> set[int]:
        """Return the rows whose revision was already counted when they were written."""
        return self._counted[table]

    def write(self, db: PgSession) -> Iterator[tuple[str, Cursor]]:
        """Write all waiting rows. Yield the cursors that return the new revisions."""
        runs, logs = list(self._runs), list(self._logs)
        changed = {"jobs": list(self._jobs.values()), "servers": list(self._servers.values())}
        for each in (self._runs, self._logs, self._jobs, self._servers):
            each.clear()
        for (statement, columns), values in zip(_INSERTS, (runs, logs), strict=True):
            if values:
                db.execute(statement, [_json(columns, values)])
        for table, (statement, columns) in _UPDATES.items():
            values = changed[table]
            if values:
                self._counted[table].update(row[0] for row in values)
                yield table, db.execute(statement, [_json(columns, values)])


def _json(columns: Sequence[str], values: Sequence[tuple[Any, ...]]) -> str:
    records = [dict(zip(columns, row, strict=True)) for row in values]
    return msgspec.json.encode(records).decode()
