"""Duplicati's live report, ``{"operation": …, "status": …, "progress": …, "metadata": …}``.

Follows the http-report-status module of Duplicati 2.3.0.107 to 2.3.1.0. Names are in camel case,
and what is null is left out.
"""

from collections.abc import Mapping
from typing import Any

from exporter.activity import Activity, LiveReport, Progress
from exporter.model import Machine
from exporter.reports import fields
from exporter.reports.duplicati import UNNAMED, version
from exporter.reports.errors import Problem, ReportError
from exporter.reports.shapes import decode_json, decode_text

_ENDED = ("Completed", "Failed")
_FAILED = "Failed"
_MOST_LINES = 20
_LONGEST_LINE = 2000


def read_activity(body: bytes) -> LiveReport:
    """Turn a posted body into a live report.

    Raises:
        ReportError: it is none, or a value in it can not be right.
    """
    value = decode_json(decode_text(body))
    if not isinstance(value, dict) or "operation" not in value:
        expected = 'is no live report, {"operation": …, "status": …, "startedUtc": …}'
        message = f"{expected}: reports of ended runs go to /api/upload"
        raise ReportError(Problem("body", message))
    metadata = fields.mapping(value, "metadata")
    named = fields.name(metadata, "backupName") or fields.name(metadata, "backupId")
    return LiveReport(_machine(metadata), named or UNNAMED, _activity(value, metadata))


def _machine(metadata: Mapping[str, Any]) -> Machine:
    return Machine(
        machine_id=fields.name(metadata, "machineId"),
        name=fields.name(metadata, "machineName"),
        version=version(metadata, "duplicatiVersion"),
        os=fields.name(metadata, "operatingSystem"),
    )


def _activity(body: Mapping[str, Any], metadata: Mapping[str, Any]) -> Activity:
    status = fields.text(body, "status")
    began = fields.moment(body, "startedUtc")
    if began is None:
        raise ReportError(Problem("startedUtc", "is no moment: it tells one run from the next"))
    return Activity(
        operation=_operation(body),
        began=began,
        reported=fields.moment(body, "reportedUtc"),
        ended=body.get("isCompleted") is True or status in _ENDED,
        failed=status == _FAILED,
        progress=_progress(fields.mapping(body, "progress")),
        error=_cut(fields.text(body, "errorMessage")),
        lines=_lines(body),
        backup_id=fields.name(metadata, "backupId"),
        destination_type=fields.name(metadata, "destinationType"),
    )


def _operation(body: Mapping[str, Any]) -> str:
    operation = fields.name(body, "operation")
    if operation is None:
        raise ReportError(Problem("operation", "is no text, as Backup"))
    return operation


def _progress(progress: Mapping[str, Any]) -> Progress:
    return Progress(
        phase=_cut(fields.text(progress, "phase")),
        ratio=_ratio(progress),
        files=fields.count(progress, "filesProcessed"),
        total_files=fields.count(progress, "fileCount"),
        bytes=fields.count(progress, "fileSizeProcessed"),
        total_bytes=fields.count(progress, "fileSize"),
        transfers=fields.count(progress, "activeTransfers"),
    )


def _ratio(progress: Mapping[str, Any]) -> float | None:
    """Return how much is done, 0 to 1; Duplicati writes less than 0 while it does not know."""
    value = progress.get("progress")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value <= 1 else None


def _lines(body: Mapping[str, Any]) -> tuple[str, ...]:
    lines = body.get("recentLogLines")
    texts = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    return tuple(line[:_LONGEST_LINE] for line in texts[-_MOST_LINES:])


def _cut(text: str | None) -> str | None:
    return None if text is None else text[:_LONGEST_LINE]
