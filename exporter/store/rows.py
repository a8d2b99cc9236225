"""How values of the model lie in rows."""

import sqlite3
import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

from exporter.model import (
    Counts,
    JobSettings,
    Log,
    Rejected,
    Run,
    Server,
    Status,
    StoredRun,
    Verification,
)
from exporter.state import Job, JobState

_state_decoder = msgspec.msgpack.Decoder(JobState)
_log_decoder = msgspec.msgpack.Decoder(Log)
_counted_decoder = msgspec.json.Decoder(dict[str, int])

COUNT_COLUMNS = Counts.__struct_fields__
JOB_COLUMNS = ("id", "server_id", "name", "state", "schedule", "tolerance", "paused")
SERVER_COLUMNS = Server.__struct_fields__
RUN_COLUMNS = (
    "started",
    "received",
    "operation",
    "status",
    "began",
    "ended",
    "duration",
    "dry_run",
    "next_scheduled",
    "verified",
    "verification_status",
    "backup_id",
    "destination_type",
    *COUNT_COLUMNS,
)


def run_row(run: Run) -> tuple[object, ...]:
    """Return the values of `RUN_COLUMNS` behind `started` and `received`."""
    found = run.verification
    return (
        run.operation,
        run.status.value,
        run.began,
        run.ended,
        run.duration,
        run.dry_run,
        run.next_scheduled,
        found.at if found else None,
        found.status.value if found else None,
        run.backup_id,
        run.destination_type,
        *msgspec.structs.astuple(run.counts),
    )


def stored_run(row: sqlite3.Row) -> StoredRun:
    """Read a run from a row that has `id` and `RUN_COLUMNS`."""
    verified = row["verified"]
    run = Run(
        operation=row["operation"],
        status=Status(row["status"]),
        began=row["began"],
        ended=row["ended"],
        duration=row["duration"],
        counts=Counts(*(row[column] for column in COUNT_COLUMNS)),
        dry_run=bool(row["dry_run"]),
        next_scheduled=row["next_scheduled"],
        verification=(
            None if verified is None else Verification(verified, Status(row["verification_status"]))
        ),
        backup_id=row["backup_id"],
        destination_type=row["destination_type"],
    )
    return StoredRun(row["id"], row["started"], row["received"], run)


def server(row: tuple[object, ...]) -> Server:
    """Read a server from the values of `SERVER_COLUMNS`."""
    return msgspec.convert(dict(zip(SERVER_COLUMNS, row, strict=True)), Server)


def job(row: tuple[Any, ...]) -> Job:
    """Read a job from the values of `JOB_COLUMNS`."""
    job_id, server_id, name, state, schedule, tolerance, paused = row
    settings = JobSettings(schedule, tolerance, bool(paused))
    return Job(job_id, server_id, name, unpack_state(state), settings)


def rejected(row: sqlite3.Row) -> Rejected:
    """Read a rejected body from its row."""
    return Rejected(**{name: row[name] for name in Rejected.__struct_fields__})


def pack_state(state: JobState) -> bytes:
    """Write a job's state as it is kept."""
    return msgspec.msgpack.encode(state)


def unpack_state(raw: bytes) -> JobState:
    """Read a job's kept state."""
    return _state_decoder.decode(raw)


def pack_counted(counted: Mapping[str, int]) -> bytes | None:
    """Write the numbers of a report, some forty names that compress well."""
    return zlib.compress(msgspec.json.encode(counted), 1) if counted else None


def unpack_counted(raw: bytes | None) -> dict[str, int]:
    """Read the numbers of a report."""
    return {} if raw is None else _counted_decoder.decode(zlib.decompress(raw))


def pack_log(log: Log) -> bytes | None:
    """Write the log lines of a run; ten lines of 5 KB take 1.8 KB."""
    return zlib.compress(msgspec.msgpack.encode(log), 1) if log.messages else None


def unpack_log(raw: bytes | None) -> Log:
    """Read the log lines of a run."""
    return Log() if raw is None else _log_decoder.decode(zlib.decompress(raw))
