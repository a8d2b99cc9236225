"""Duplicati's live report, ``{"operation": …, "status": …, "progress": …, "metadata": …}``.

Follows the http-report-status module of Duplicati 2.3.0.107 to 2.3.1.0. Names are in camel case,
and what is null is left out.
"""

import re

from exporter.model import Machine, unnamed
from exporter.model.live import LiveReport, LiveStatus, Progress
from exporter.reports.decoding import decode_json, decode_text
from exporter.reports.errors import Problem, ReportError
from exporter.reports.fields import Reader
from exporter.reports.results import version

_ENDED = ("Completed", "Failed")
_FAILED = "Failed"
_PROCESSING = "Backup_ProcessingFiles"
_DECIMAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,20})?", re.ASCII)
_MAX_LINES = 20
_MAX_LINE_LENGTH = 2000


def read_live_status(body: bytes, backup: str | None = None) -> LiveReport:
    """Turn a posted body into a live report.

    Args:
        body: as it was posted.
        backup: the name of the backup in the URL, for a report that does not name one.

    Raises:
        ReportError: it is not a live report, or a value in it is invalid.
    """
    value = decode_json(decode_text(body))
    if not isinstance(value, dict) or "operation" not in value:
        expected = 'is not a live report, {"operation": …, "status": …, "startedUtc": …}'
        message = f"{expected}: reports of ended runs go to /api/upload"
        raise ReportError(Problem("body", message))
    report = Reader(value)
    metadata = report.inner("metadata")
    activity = _activity(report, metadata)
    named = metadata.name("backupName") or backup or metadata.name("backupId")
    return LiveReport(_machine(metadata), named or unnamed(activity.destination_type), activity)


def _machine(metadata: Reader) -> Machine:
    return Machine(
        machine_id=metadata.name("machineId"),
        name=metadata.name("machineName"),
        version=version(metadata, "duplicatiVersion"),
        os=metadata.name("operatingSystem"),
    )


def _activity(report: Reader, metadata: Reader) -> LiveStatus:
    status = report.text("status")
    began = report.timestamp("startedUtc")
    if began is None:
        raise ReportError(Problem("startedUtc", "must be a timestamp: it identifies the run"))
    return LiveStatus(
        operation=_operation(report),
        began=began,
        reported=report.timestamp("reportedUtc"),
        ended=report.flag("isCompleted") is True or status in _ENDED,
        failed=status == _FAILED,
        progress=_progress(report.inner("progress")),
        error=_cut(report.text("errorMessage")),
        lines=_lines(report),
        backup_id=metadata.name("backupId"),
        destination_type=metadata.name("destinationType"),
    )


def _operation(report: Reader) -> str:
    operation = report.name("operation")
    if operation is None:
        raise ReportError(Problem("operation", "must be a text, as Backup"))
    return operation


def _progress(report: Reader) -> Progress:
    phase = report.text("phase")
    done, whole = report.count("fileSizeProcessed"), report.count("fileSize")
    counted = phase == _PROCESSING and report.flag("countingFiles") is False
    return Progress(
        phase=_cut(phase),
        # Duplicati leaves its own ratio at 0 through the whole of that phase.
        ratio=min(done / whole, 1.0) if counted and done is not None and whole else _ratio(report),
        files=report.count("filesProcessed"),
        total_files=report.count("fileCount"),
        bytes=done,
        total_bytes=whole,
        transfers=report.count("activeTransfers"),
    )


def _ratio(report: Reader) -> float | None:
    """Return how much is done, 0 to 1; Duplicati writes less than 0 while that is unknown."""
    value = report.values.get("progress")
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value <= 1 else None


def _lines(report: Reader) -> tuple[str, ...]:
    lines = report.values.get("recentLogLines")
    texts = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    return tuple(line[:_MAX_LINE_LENGTH] for line in texts[-_MAX_LINES:])


def _cut(text: str | None) -> str | None:
    return None if text is None else text[:_MAX_LINE_LENGTH]
