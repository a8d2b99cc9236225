"""Duplicati's JSON report, ``{"Data": …, "Extra": …, "LogLines": …, "Exception": …}``.

Follows the send-http module of Duplicati 2.0.6.3 to 2.3.1.0. Until 2.0.7.101 a run that died sent
the .NET exception in the place of Data; since 2.0.7.102 it sends what was counted so far.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from exporter.model import (
    BACKUP,
    Counts,
    Machine,
    Message,
    Report,
    Run,
    Status,
    Verification,
)
from exporter.reports import fields
from exporter.reports.errors import Problem, ReportError
from exporter.times import Millis

UNNAMED = "(unnamed)"
"""The backup of a report that names none, as a run on the command line may."""

_VERIFICATION_OPERATION = "Test"
_LEVEL = re.compile(r"\[([A-Za-z]+)-")
_LEVEL_SEARCHED = 100
"""The level stands right behind the time of a log line; further on it is the line's own text."""


def read(body: Mapping[str, Any]) -> Report:
    """Turn a decoded report into the model's.

    Raises:
        ReportError: it tells neither an operation nor a failure, or a value does not fit.
    """
    data, extra = fields.mapping(body, "Data"), fields.mapping(body, "Extra")
    exception = fields.text(body, "Exception")
    died = _exception_text(data) if _is_exception(data) else exception
    if died is not None and _is_exception(data):
        data = {}
    _require_meaning(data, extra, died)
    return Report(
        machine=machine(data, extra),
        backup=fields.name(extra, "backup-name") or fields.name(extra, "backup-id") or UNNAMED,
        run=run(data, extra, died=died),
        log=fields.log(_messages(body, died)),
        counted=_counted(data),
    )


def run(data: Mapping[str, Any], extra: Mapping[str, Any], *, died: str | None) -> Run:
    """Turn the results of an operation into a run; the text report has the same fields.

    Args:
        data: the results by Duplicati's names.
        extra: what the sender adds about itself.
        died: the exception that ended the run, if one did.
    """
    operation = _operation(data, extra)
    ended = fields.moment(data, "EndTime")
    return Run(
        operation=operation,
        status=status(data, died=died),
        began=fields.moment(data, "BeginTime"),
        ended=ended,
        duration=fields.timespan(data, "Duration") if ended is not None else None,
        counts=_counts(data),
        dry_run=data.get("Dryrun") is True,
        next_scheduled=_next_scheduled(extra),
        verification=_verification(operation, data),
        backup_id=fields.name(extra, "backup-id"),
        destination_type=fields.name(extra, "destination-type"),
    )


def status(data: Mapping[str, Any], *, died: str | None = None) -> Status:
    """Judge a run: what it counted weighs more than what it says of itself."""
    if died is not None:
        return Status.FATAL
    told = _told_status(data)
    if not told.completed:
        return told
    if fields.count(data, "ErrorsActualLength"):
        return Status.ERROR
    cut_short = data.get("Interrupted") is True or data.get("PartialBackup") is True
    if cut_short or fields.count(data, "WarningsActualLength"):
        return Status.WARNING
    return told


def _told_status(data: Mapping[str, Any]) -> Status:
    try:
        return Status((fields.text(data, "ParsedResult") or "").lower())
    except ValueError:
        return Status.UNKNOWN


def _is_exception(data: Mapping[str, Any]) -> bool:
    """Tell a .NET exception from results: only an exception has these keys."""
    known = ("ClassName", "StackTrace", "StackTraceString", "HResult", "Message")
    return "MainOperation" not in data and any(key in data for key in known)


def _exception_text(data: Mapping[str, Any]) -> str:
    parts = [fields.text(data, key) for key in ("ClassName", "Message")]
    return ": ".join(part for part in parts if part) or "the run died without a message"


def _require_meaning(data: Mapping[str, Any], extra: Mapping[str, Any], died: str | None) -> None:
    told = fields.text(data, "MainOperation") or fields.text(data, "ParsedResult")
    named = fields.text(extra, "OperationName") or fields.text(extra, "backup-name")
    if told is None and named is None and died is None:
        raise ReportError(
            Problem("Data", "tells no MainOperation and no ParsedResult, and Extra no backup-name")
        )


def machine(data: Mapping[str, Any], extra: Mapping[str, Any]) -> Machine:
    """Return what a report tells of its sender."""
    return Machine(
        machine_id=fields.name(extra, "machine-id"),
        name=fields.name(extra, "machine-name"),
        version=version(data, "Version"),
        os=fields.name(extra, "operating-system"),
    )


def version(data: Mapping[str, Any], key: str) -> str | None:
    """Return ``2.1.0.5`` of ``2.1.0.5 (2.1.0.5_stable_2025-03-04)``."""
    told = fields.name(data, key)
    return told.split()[0] if told else None


def _operation(data: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    return fields.name(data, "MainOperation") or fields.name(extra, "OperationName") or BACKUP


def _counts(data: Mapping[str, Any]) -> Counts:
    backend = fields.mapping(data, "BackendStatistics")
    return Counts(
        examined_files=fields.count(data, "ExaminedFiles"),
        examined_bytes=fields.count(data, "SizeOfExaminedFiles"),
        added_files=fields.count(data, "AddedFiles"),
        modified_files=fields.count(data, "ModifiedFiles"),
        deleted_files=fields.count(data, "DeletedFiles"),
        error_files=fields.count(data, "FilesWithError"),
        uploaded_bytes=fields.count(backend, "BytesUploaded"),
        downloaded_bytes=fields.count(backend, "BytesDownloaded"),
        stored_bytes=fields.count(backend, "KnownFileSize"),
        versions=fields.count(backend, "BackupListCount"),
        quota_free_bytes=_free(backend),
        quota_total_bytes=_total(backend),
        warnings=fields.count(data, "WarningsActualLength"),
        errors=fields.count(data, "ErrorsActualLength"),
    )


def _total(backend: Mapping[str, Any]) -> int | None:
    return fields.count(backend, "TotalQuotaSpace") or None


def _free(backend: Mapping[str, Any]) -> int | None:
    """Return the free space; 0 of an unknown total is unknown too, and not a full destination."""
    free = fields.count(backend, "FreeQuotaSpace")
    return free if free or _total(backend) is not None else None


def _counted(data: Mapping[str, Any]) -> dict[str, int]:
    backend = fields.mapping(data, "BackendStatistics")
    return fields.counted(data) | fields.counted(backend, "BackendStatistics.")


def _next_scheduled(extra: Mapping[str, Any]) -> Millis | None:
    return fields.moment(extra, "next-scheduled-run")


def _verification(operation: str, data: Mapping[str, Any]) -> Verification | None:
    """Return the test of stored files: one of its own, or the one after a backup."""
    tested = operation == _VERIFICATION_OPERATION
    results = data if tested else fields.mapping(data, "TestResults")
    ended = fields.moment(results, "EndTime")
    if ended is None or not (tested or results.get("Verifications")):
        return None
    judged = status(results)
    if judged.completed and _has_problems(results):
        judged = Status.ERROR
    return Verification(ended, judged)


def _has_problems(results: Mapping[str, Any]) -> bool:
    files = results.get("Verifications")
    if not isinstance(files, list):
        return False
    return any(isinstance(file, dict) and file.get("Value") for file in files)


def _messages(body: Mapping[str, Any], died: str | None) -> Iterator[Message]:
    if died is not None:
        yield Message("error", died)
    lines = body.get("LogLines")
    if isinstance(lines, list):
        yield from (message(line) for line in lines if isinstance(line, str))


def message(line: str) -> Message:
    """Read the level of a log line; the time before it is in the sender's local format."""
    found = _LEVEL.search(line, 0, _LEVEL_SEARCHED)
    return Message(found[1].lower() if found else "information", line)
