"""Databases as the web application duplistatus leaves them behind, of three ages.

The application itself is none of the tests' dependencies, so its tables are made here, with the
columns that its documentation and its source tell of.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from enum import Enum
from pathlib import Path
from typing import Any

from exporter.times import SECOND, Millis, format_timestamp, parse_timestamp

Row = dict[str, Any]

_FIRST_COLUMNS = """
    id TEXT PRIMARY KEY, {server} TEXT NOT NULL, backup_name TEXT NOT NULL,
    backup_id TEXT NOT NULL, date DATETIME NOT NULL, status TEXT NOT NULL,
    duration_seconds INTEGER NOT NULL, size INTEGER NOT NULL DEFAULT 0,
    uploaded_size INTEGER NOT NULL DEFAULT 0, examined_files INTEGER NOT NULL DEFAULT 0,
    warnings INTEGER NOT NULL DEFAULT 0, errors INTEGER NOT NULL DEFAULT 0,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    added_files INTEGER NOT NULL DEFAULT 0, modified_files INTEGER NOT NULL DEFAULT 0,
    deleted_files INTEGER NOT NULL DEFAULT 0, files_with_error INTEGER NOT NULL DEFAULT 0,
    size_of_examined_files INTEGER NOT NULL DEFAULT 0, partial_backup BOOLEAN NOT NULL DEFAULT 0,
    dryrun BOOLEAN NOT NULL DEFAULT 0, main_operation TEXT NOT NULL, parsed_result TEXT NOT NULL,
    interrupted BOOLEAN NOT NULL DEFAULT 0, version TEXT, begin_time DATETIME NOT NULL,
    end_time DATETIME NOT NULL, warnings_actual_length INTEGER NOT NULL DEFAULT 0,
    errors_actual_length INTEGER NOT NULL DEFAULT 0, bytes_downloaded INTEGER NOT NULL DEFAULT 0,
    known_file_size INTEGER NOT NULL DEFAULT 0, backup_list_count INTEGER NOT NULL DEFAULT 0,
    reported_quota_error BOOLEAN NOT NULL DEFAULT 0, backend_version TEXT"""
_LATER_COLUMNS = """,
    messages_array TEXT DEFAULT '[]', warnings_array TEXT DEFAULT '[]',
    errors_array TEXT DEFAULT '[]', available_backups TEXT DEFAULT '[]',
    messages_actual_length INTEGER NOT NULL DEFAULT 0"""
_CONFIGURATIONS = "CREATE TABLE configurations (key TEXT PRIMARY KEY NOT NULL, value TEXT);"


class Age(Enum):
    """Which of the application's schemas."""

    MACHINES = "0.5"
    CONFIGURED = "0.7"
    SERVERS = "1.0"

    @property
    def servers(self) -> str:
        return "servers" if self is Age.SERVERS else "machines"

    @property
    def key(self) -> str:
        return "server_id" if self is Age.SERVERS else "machine_id"

    @property
    def tables(self) -> str:
        own = "id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at DATETIME"
        later = "" if self is Age.MACHINES else _LATER_COLUMNS
        told = ", server_url TEXT, alias TEXT, note TEXT, server_password TEXT"
        columns = _FIRST_COLUMNS.format(server=self.key) + later
        return (
            f"CREATE TABLE {self.servers} ({own}{told if self is Age.SERVERS else ''});"
            f"CREATE TABLE backups ({columns});" + ("" if self is Age.MACHINES else _CONFIGURATIONS)
        )


def make(
    path: Path,
    runs: Iterable[Row],
    *,
    servers: Sequence[Row] = ({"id": "m-1", "name": "nas"},),
    configurations: Mapping[str, object] | None = None,
    age: Age = Age.SERVERS,
    changed: str = "",
) -> Path:
    """Make a database; `changed` is SQL that runs on its empty tables."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(age.tables + changed)
        for server in servers:
            _insert(connection, age.servers, server)
        for number, run in enumerate(runs):
            row = {"id": f"run-{number}", **run}
            row[age.key] = row.pop("server_id")
            _insert(connection, "backups", row)
        for key, value in (configurations or {}).items():
            text = value if isinstance(value, str) else json.dumps(value)
            _insert(connection, "configurations", {"key": key, "value": text})
    return path


def run(
    began: Millis,
    *,
    server: str = "m-1",
    backup: str = "Documents",
    status: str = "Success",
    length: Millis = 60 * SECOND,
    **changes: object,
) -> Row:
    """Return a row of the table backups, as of a quiet night."""
    row: Row = {
        "server_id": server,
        "backup_name": backup,
        "backup_id": "DB-2",
        "date": format_timestamp(began),
        "begin_time": format_timestamp(began),
        "end_time": format_timestamp(began + length),
        "duration_seconds": length // SECOND,
        "status": status,
        "parsed_result": status,
        "main_operation": "Backup",
        "version": "2.1.0.5 (2.1.0.5_stable_2025-03-04)",
        "size": 1000,
        "size_of_examined_files": 1000,
        "examined_files": 10,
        "known_file_size": 500,
        "backup_list_count": 3,
    }
    return row | changes


def as_stored(report: bytes) -> Row:
    """Return the row that the application keeps of a report that Duplicati posted."""
    body = json.loads(report)
    data, extra = body["Data"], body["Extra"]
    began = parse_timestamp(data["BeginTime"])
    ended = parse_timestamp(data["EndTime"])
    return run(
        began,
        server=extra["machine-id"],
        backup=extra["backup-name"],
        status=data["ParsedResult"],
        backup_id=extra.get("backup-id") or "DB-1",
        end_time=format_timestamp(ended) if ended > 0 else "0001-01-01T00:00:00.000Z",
        duration_seconds=max(ended - began, 0) // SECOND,
        version=data["Version"],
        size=data.get("SizeOfExaminedFiles", 0),
        size_of_examined_files=data.get("SizeOfExaminedFiles", 0),
        examined_files=data.get("ExaminedFiles", 0),
        warnings_actual_length=data.get("WarningsActualLength", 0),
        errors_actual_length=data.get("ErrorsActualLength", 0),
        uploaded_size=data["BackendStatistics"].get("BytesUploaded", 0),
        known_file_size=data["BackendStatistics"].get("KnownFileSize", 0),
        backup_list_count=data["BackendStatistics"].get("BackupListCount", 0),
        messages_array=json.dumps(body["LogLines"]),
    )


def _insert(connection: sqlite3.Connection, table: str, row: Row) -> None:
    present = {info[1] for info in connection.execute(f"PRAGMA table_info({table})")}
    kept = {column: value for column, value in row.items() if column in present}
    values = ", ".join("?" * len(kept))
    query = f"INSERT INTO {table} ({', '.join(kept)}) VALUES ({values})"
    connection.execute(query, list(kept.values()))
