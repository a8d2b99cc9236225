"""Report bodies for the tests: the recorded ones, and small ones made of a few fields."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from exporter.reports import Problem, ReportError, read_report

_PAYLOADS = Path(__file__).parents[2] / "support" / "payloads"

DATA: Mapping[str, Any] = {
    "MainOperation": "Backup",
    "ParsedResult": "Success",
    "BeginTime": "2025-04-21T23:45:46Z",
    "EndTime": "2025-04-21T23:46:38Z",
    "Duration": "00:00:52",
}
EXTRA: Mapping[str, Any] = {"OperationName": "Backup", "backup-name": "Photos"}
BACKUP: Mapping[str, Any] = {
    "name": "daily",
    "status": "success",
    "startTime": "2024-01-15T02:00:00.000Z",
}
RESULTS = """DeletedFiles: 3
ExaminedFiles: 1234
SizeOfExaminedFiles: 383365106
MainOperation: Backup
ParsedResult: {0}
EndTime: 28.11.2026 03:05:49 (1795658749)
BeginTime: 28.11.2026 03:00:00 (1795658400)
Duration: 00:05:49.3856480
WarningsActualLength: 0
ErrorsActualLength: 0"""
"""Result lines as Duplicati prints them; what it says of the run is to be put in."""


def payload(name: str) -> bytes:
    """Return a recorded body."""
    return (_PAYLOADS / name).read_bytes()


def payload_names() -> list[str]:
    """Return the names of all recorded bodies."""
    return sorted(path.name for path in _PAYLOADS.iterdir() if path.suffix in (".json", ".txt"))


def millis(iso: str) -> int:
    """Return a moment of at most millisecond precision as the daemon counts it."""
    whole = datetime.fromisoformat(iso).astimezone(UTC)
    return int(whole.replace(microsecond=0).timestamp()) * 1000 + whole.microsecond // 1000


def as_json(value: object) -> bytes:
    """Encode as Duplicati does: UTF-8, no white space."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def duplicati(
    data: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    **top: object,
) -> bytes:
    """Return a successful backup's report with some fields changed or added."""
    return as_json({"Data": {**DATA, **(data or {})}, "Extra": {**EXTRA, **(extra or {})}, **top})


def documented(backup: Mapping[str, Any] | None = None, server: object = None) -> bytes:
    """Return a report of the documented shape with some fields changed or added."""
    return as_json({"server": server or {"name": "web-1"}, "backup": {**BACKUP, **(backup or {})}})


def text_report(subject: str, *lines: str) -> bytes:
    """Return the text report of a backup."""
    return "\n".join((f"Duplicati Backup report for {subject}", "", *lines)).encode()


def form(**fields: bytes) -> bytes:
    """Encode a form as Duplicati does: percent signs, also for spaces."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items()).encode()


def details(body: bytes) -> tuple[str, ...]:
    """Return what could not be read of a report that was taken."""
    return read_report(body).log.details


def problems(body: bytes) -> tuple[Problem, ...]:
    """Return what is wrong with a body; none where it can be read."""
    try:
        read_report(body)
    except ReportError as error:
        return error.problems
    return ()
