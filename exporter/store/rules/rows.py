"""How values of the model are stored in rows."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from exporter.compression import deflate
from exporter.jobs.job import Identity, Job
from exporter.model import (
    COUNTED,
    Copying,
    Counts,
    JobKind,
    JobSettings,
    Log,
    Run,
    Server,
    Status,
    StoredRun,
    Verification,
)
from exporter.model.audit import AuditEntry
from exporter.model.pulled import Pulled

_log_decoder = msgspec.msgpack.Decoder(Log)
_names_decoder = msgspec.msgpack.Decoder(list[str])
_copying_decoder = msgspec.msgpack.Decoder(Copying)
_numbers_decoder = msgspec.msgpack.Decoder(list[int])

_LEVEL = 1

_UNSET = (None, None, 0, None, None, None)
_NO_SETTINGS = JobSettings()
"""The same for nearly all jobs, in the place of one for each."""

COUNT_COLUMNS = Counts.__struct_fields__
JOB_COLUMNS = (
    "id",
    "server_id",
    "name",
    "state",
    "schedule",
    "tolerance",
    "paused",
    "cleared",
    "muted",
    "tags",
    "machine_id",
    "backup_id",
    "destination_type",
    "kind",
    "reported_name",
)
SERVER_COLUMNS = Server.__struct_fields__
AUDIT_COLUMNS = ("id", *(name for name in AuditEntry.__struct_fields__ if name != "id"))
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
    "reason",
    "newest_version",
    "compacted",
    "copying",
    "source",
    *COUNT_COLUMNS,
)
STORED_RUN_COLUMNS = ("id", *RUN_COLUMNS)

COUNTS = f"operation IN ({', '.join(repr(each) for each in COUNTED)}) AND NOT dry_run"
"""The SQL of `Run.is_backup`."""


def run_row(run: Run) -> tuple[object, ...]:
    """Return the values of `RUN_COLUMNS` after `started` and `received`."""
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
        run.reason,
        run.newest_version,
        run.compacted,
        None if run.copying is None else msgspec.msgpack.encode(run.copying),
        run.source,
        *msgspec.structs.astuple(run.counts),
    )


def stored_run(values: Sequence[Any]) -> StoredRun:
    """Return the run of the values of `STORED_RUN_COLUMNS`."""
    row = dict(zip(STORED_RUN_COLUMNS, values, strict=True))
    verified, copying = row["verified"], row["copying"]
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
        reason=row["reason"],
        newest_version=row["newest_version"],
        compacted=row["compacted"],
        copying=None if copying is None else _copying_decoder.decode(copying),
        source=row["source"],
    )
    return StoredRun(row["id"], row["started"], row["received"], run)


def server(row: Sequence[Any]) -> Server:
    """Return the server of the values of `SERVER_COLUMNS`."""
    values = dict(zip(SERVER_COLUMNS, row, strict=True))
    pulled = values["pulled"]
    unpacked = {
        "tags": unpack_tags(values["tags"]),
        "pulled": None if pulled is None else msgspec.msgpack.decode(pulled),
    }
    return msgspec.convert(values | unpacked, Server)


def job(row: tuple[Any, ...], formerly: Iterable[str]) -> Job:
    """Return the job of the values of `JOB_COLUMNS` and its former names, the oldest first."""
    job_id, server_id, name, packed, *_ = row
    settings, identity = _settings(row[4:10]), _identity(*row[10:13])
    kind, reported_name = row[13:]
    return Job(
        job_id,
        server_id,
        name,
        packed,
        settings,
        identity,
        tuple(formerly),
        JobKind(kind),
        reported_name,
    )


def _settings(values: Sequence[Any]) -> JobSettings:
    if values == _UNSET:
        return _NO_SETTINGS
    schedule, tolerance, paused, cleared, muted, tags = values
    return JobSettings(schedule, tolerance, bool(paused), cleared, muted, unpack_tags(tags))


def _identity(
    machine_id: str, backup_id: str | None, destination_type: str | None
) -> Identity | None:
    """Return an identity; jobs share the text of their machine and of their kind of destination."""
    if backup_id is None:
        return None
    kind = None if destination_type is None else sys.intern(destination_type)
    return Identity(sys.intern(machine_id), backup_id, kind)


def pack_tags(tags: Iterable[str]) -> str | None:
    """Pack tags, none of which has a comma."""
    return ",".join(tags) or None


def unpack_tags(packed: str | None) -> tuple[str, ...]:
    """Unpack tags."""
    return tuple(packed.split(",")) if packed else ()


def pack_pulled(pulled: Pulled | None) -> bytes | None:
    """Pack what the last pull of a server knew of it."""
    return None if pulled is None else msgspec.msgpack.encode(pulled)


def pack_counted(counted: Mapping[str, int]) -> tuple[bytes, bytes]:
    """Pack the names and the numbers of a report: the names are the same from run to run."""
    encode = msgspec.msgpack.encode
    return encode(tuple(counted)), encode(tuple(counted.values()))


def unpack_counted(names: bytes | None, numbers: bytes | None) -> dict[str, int]:
    """Unpack the numbers of a report."""
    if names is None or numbers is None:
        return {}
    return dict(zip(_names_decoder.decode(names), _numbers_decoder.decode(numbers), strict=True))


def pack_log(log: Log) -> bytes | None:
    """Pack the log lines of a run; ten lines of 5 KB take 1.8 KB."""
    if not log.messages and not log.details:
        return None
    return deflate.compress(msgspec.msgpack.encode(log), level=_LEVEL)


def unpack_log(raw: bytes | None) -> Log:
    """Unpack the log lines of a run."""
    return Log() if raw is None else _log_decoder.decode(deflate.decompress(raw))
