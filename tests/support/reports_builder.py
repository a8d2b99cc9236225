"""Bodies as senders post them, with everything but the asked-for fields as on a quiet night."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from exporter.times import MINUTE, SECOND, Millis, format_timestamp

Json = Mapping[str, object]


def duplicati_report(
    *,
    began: Millis | None,
    server: str | None = "nas",
    machine_id: str | None = "m-1",
    backup: str | None = "Documents",
    operation: str = "Backup",
    status: str = "Success",
    duration: Millis | None = MINUTE,
    next_scheduled: Millis | None = None,
    version: str | None = "2.1.0.5",
    os: str | None = "Linux",
    exception: str | None = None,
    lines: tuple[str, ...] = (),
    data: Json | None = None,
    backend: Json | None = None,
    extra: Json | None = None,
) -> bytes:
    """Build the JSON of send-http; a run without `began` or `duration` reports no such time."""
    body = {
        "Data": {
            "MainOperation": operation,
            "ParsedResult": status,
            "Version": f"{version} ({version}_stable_2025-03-04)" if version else None,
            **_times(began, duration),
            **(data or {}),
            "BackendStatistics": backend or {},
        },
        "Extra": {
            "OperationName": operation,
            "backup-name": backup,
            "machine-id": machine_id,
            "machine-name": server,
            "operating-system": os,
            "next-scheduled-run": None if next_scheduled is None else compact(next_scheduled),
            **(extra or {}),
        },
        "LogLines": list(lines),
        "Exception": exception,
    }
    return json.dumps(body).encode()


def exception_report(
    *, server: str | None = "nas", backup: str = "Documents", message: str = "no route"
) -> bytes:
    """Build what Duplicati up to 2.0.7.101 sent of a run that died: no time at all."""
    data = {"ClassName": "System.Exception", "Message": message, "HResult": -1}
    extra = {"OperationName": "Backup", "backup-name": backup, "machine-name": server}
    return json.dumps({"Data": data, "Extra": extra}).encode()


def documented_report(
    *,
    began: Millis,
    server: str = "server-01",
    backup: str = "daily-backup",
    status: str = "success",
    duration: int | None = 5400,
    **fields: object,
) -> bytes:
    """Build the documented shape; `fields` are further ones of its backup."""
    backup_data = {
        "name": backup,
        "status": status,
        "startTime": format_timestamp(began),
        "endTime": format_timestamp(began + (duration or 0) * SECOND),
        "duration": duration,
        "files": 1250,
        "size": 1073741824,
        "storageUsed": 536870912,
        **fields,
    }
    return json.dumps(
        {"server": {"name": server, "version": "2.0.7.1"}, "backup": backup_data}
    ).encode()


def text_report(
    *,
    began: Millis,
    server: str = "nas",
    machine_id: str = "m-1",
    backup: str = "Documents",
    status: str = "Success",
    duration: Millis = MINUTE,
    backup_id: str = "DB-2",
) -> bytes:
    """Build the form with the text report, whose times are whole seconds."""
    lines = (
        f"Duplicati Backup report for {backup} ({machine_id}, {backup_id}, {server})",
        "",
        "MainOperation: Backup",
        f"ParsedResult: {status}",
        f"EndTime: 1/15/2026 2:01:00 AM ({(began + duration) // SECOND})",
        f"BeginTime: 1/15/2026 2:00:00 AM ({began // SECOND})",
        f"Duration: {timespan(duration)}",
    )
    return urlencode({"message": "\n".join(lines)}).encode()


def compact(timestamp: Millis) -> str:
    """Write a timestamp as next-scheduled-run does."""
    return datetime.fromtimestamp(timestamp / SECOND, UTC).strftime("%Y%m%dT%H%M%SZ")


def timespan(length: Millis) -> str:
    """Write a length of time as .NET does."""
    seconds, millis = divmod(length, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02}:{minutes:02}:{seconds:02}.{millis:03}"
    return f"{days}.{clock}" if days else clock


def _times(began: Millis | None, duration: Millis | None) -> Json:
    if began is None:
        return {}
    if duration is None:
        ended, length = "0001-01-01T00:00:00", "00:00:00"
    else:
        ended, length = format_timestamp(began + duration), timespan(duration)
    return {"BeginTime": format_timestamp(began), "EndTime": ended, "Duration": length}
