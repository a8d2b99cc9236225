"""A run as Duplicati 2.3 posts it: the JSON of its send-http module."""

import json
from datetime import UTC, datetime

from exporter.demo import copying
from exporter.demo.job import Job, Stop
from exporter.demo.life import Run
from exporter.model import JobKind
from exporter.times import MINUTE, SECOND, Millis, format_timestamp, to_datetime

_VERSION = "2.3.1.0 (2.3.1.0_stable_2026-07-08)"
_NEVER = "0001-01-01T00:00:00"
_BLOCK = 50 * 1024 * 1024
"""The size of a volume at the destination, Duplicati's default."""

_CONTROLLER = "Information-Duplicati.Library.Main.Controller"
_OPERATION = "Duplicati.Library.Main.Operation.BackupHandler"
_Json = dict[str, object]

RESTORE_TAKES: Millis = 4 * MINUTE


def report(run: Run) -> bytes:
    """Return the body of a run's report."""
    body: _Json = {
        "Data": _synced(run) if run.job.kind is JobKind.SYNC else _data(run),
        "Extra": _extra(run.job, run.job.kind.operation, run.following),
        "LogLines": list(_lines(run)),
        "Exception": run.work.exception,
    }
    return _written(body)


def restore_report(job: Job, began: Millis) -> bytes:
    """Return the body of the report of a restore that went well."""
    data: _Json = {
        "MainOperation": "Restore",
        "ParsedResult": "Success",
        "Interrupted": False,
        "Version": _VERSION,
        **_times(began, RESTORE_TAKES),
    }
    line = f"{_local(began)} - [{_CONTROLLER}-StartingOperation]: The operation Restore has started"
    extra = _extra(job, "Restore", None)
    return _written({"Data": data, "Extra": extra, "LogLines": [line], "Exception": None})


def _written(body: _Json) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def _data(run: Run) -> _Json:
    return {
        **_counted(run),
        "PartialBackup": run.work.stopped is Stop.AFTER_FILE,
        "Dryrun": False,
        "CompactResults": _compacted(run),
        "TestResults": _tested(run),
        "RemoteSynchronizationResults": _copied(run),
        **_outcome(run),
        "BackendStatistics": _backend(run),
    }


def _synced(run: Run) -> _Json:
    """Return the results of a Sync, whose part about the destination is of no use."""
    work, uploaded = run.work, run.work.added + run.work.modified
    average = work.size // work.files
    return {
        "FoldersCreated": 0,
        "FoldersDeleted": 0,
        "FilesUploaded": uploaded,
        "UnchangedFiles": max(work.files - uploaded, 0),
        "FilesDeleted": work.deleted,
        "SourceFiles": work.files,
        "SizeOfSourceFiles": work.size,
        "SizeOfUploadedFiles": uploaded * average,
        "SizeOfDeletedFiles": work.deleted * average,
        **_outcome(run),
        "BackendStatistics": {"BytesUploaded": -uploaded, "RetryAttempts": run.retries},
    }


def _counted(run: Run) -> _Json:
    """Count the files of a run; one that died or was stopped saw only a part of them."""
    work = run.work
    if work.exception is not None:
        return {"ExaminedFiles": work.files // 3, "SizeOfExaminedFiles": work.size // 3}
    average, part = work.size // work.files, run.reached
    return {
        "ExaminedFiles": int(work.files * part),
        "SizeOfExaminedFiles": int(work.size * part),
        "OpenedFiles": int((work.added + work.modified) * part),
        "SizeOfOpenedFiles": int((work.added + work.modified) * part) * average,
        "AddedFiles": int(work.added * part),
        "SizeOfAddedFiles": int(work.added * part) * average,
        "ModifiedFiles": int(work.modified * part),
        "DeletedFiles": int(work.deleted * part),
        "FilesWithError": len(work.errors) + len(work.warnings),
        "NotProcessedFiles": 0,
        "TooLargeFiles": 0,
    }


def _outcome(run: Run) -> _Json:
    return {
        "MainOperation": run.job.kind.operation,
        "ParsedResult": _result(run),
        "Interrupted": run.work.stopped is not None,
        "Version": _VERSION,
        **_times(run.began, None if run.work.exception else run.duration),
        "MessagesActualLength": 12,
        "WarningsActualLength": len(_warnings(run)),
        "ErrorsActualLength": len(_errors(run)),
    }


def _result(run: Run) -> str:
    if run.work.exception is not None:
        return "Fatal"
    if _errors(run):
        return "Error"
    return "Warning" if _warnings(run) else "Success"


def _errors(run: Run) -> list[str]:
    """Return the errors of a run: also those of its copies, and the one of "stop now"."""
    stopped = [f"{_OPERATION}-FatalError]: Fatal error"] if run.work.stopped is Stop.NOW else []
    failed = [f"{_OPERATION}-Failed]: {text}" for text in run.work.errors]
    copies = [f"{copying.TAG}-RemoteSyncFailed]: {text}" for text in copying.errors(run)]
    return [*stopped, *failed, *copies]


def _warnings(run: Run) -> list[str]:
    """Return the warnings of a run: also the one of "stop after current file"."""
    found = [f"{_OPERATION}-FileAccessError]: {text}" for text in run.work.warnings]
    if run.work.stopped is not Stop.AFTER_FILE:
        return found
    return [*found, f"{_OPERATION}-CancellationRequested]: Cancellation was requested by user."]


def _times(began: Millis, duration: Millis | None) -> _Json:
    if duration is None:
        return {"BeginTime": format_timestamp(began), "EndTime": _NEVER, "Duration": "00:00:00"}
    ended = format_timestamp(began + duration)
    return {"BeginTime": format_timestamp(began), "EndTime": ended, "Duration": _timespan(duration)}


def _timespan(duration: Millis) -> str:
    """Format a duration as .NET does."""
    seconds, millis = divmod(duration, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02}:{minutes:02}:{seconds:02}.{millis:03}0000"
    return f"{days}.{clock}" if days else clock


def _compacted(run: Run) -> _Json | None:
    """Return the result of a compact, which Duplicati runs now and then."""
    if run.work.exception is not None or run.work.stopped is not None or run.number % 7:
        return None
    return {
        "MainOperation": "Compact",
        "ParsedResult": "Success",
        **_times(run.ended - 8 * SECOND, 2 * SECOND),
    }


def _copied(run: Run) -> list[_Json]:
    """Return the second copies that succeeded; Duplicati does not list the others."""
    return [
        {
            "Destination": to.url,
            "CopiedFileCount": -(-size // _BLOCK),
            "CopiedFileSize": size,
            "FailedVerificationCount": 0,
            "MainOperation": "RemoteSynchronization",
            "ParsedResult": "Success",
            **_times(copying.ended(run) - SECOND, SECOND),
        }
        for to, size in copying.copied(run)
    ]


def _tested(run: Run) -> _Json | None:
    """Return the test of one stored file, which Duplicati runs after each complete backup."""
    if run.work.exception is not None or run.work.stopped is not None:
        return None
    problem = [{"Key": "Error", "Value": "Hash mismatch"}]
    damaged = [{"Key": file, "Value": problem} for file in run.work.broken]
    sampled: list[_Json] = [{"Key": f"duplicati-{_stamp(run.began)}.dlist.zip.aes", "Value": []}]
    verifications = [*sampled, *damaged]
    return {
        "VerificationsActualLength": len(verifications),
        "Verifications": verifications,
        "MainOperation": "Test",
        "ParsedResult": "Success",
        **_times(run.ended - 5 * SECOND, 5 * SECOND),
    }


def _backend(run: Run) -> _Json:
    uploads = -(-run.uploaded // _BLOCK)
    whole = run.work.exception is None and run.work.stopped is None
    return {
        "RemoteCalls": 6 + uploads,
        "BytesUploaded": run.uploaded,
        "BytesDownloaded": _BLOCK if whole else 0,
        "FilesUploaded": uploads,
        "RetryAttempts": run.retries,
        **(_unseen() if run.work.stopped is not None else _seen(run)),
        **_quota(run),
        "AssignedQuotaSpace": -1,
    }


def _seen(run: Run) -> _Json:
    newest = run.newest_version
    return {
        "KnownFileCount": 2 * -(-run.stored // _BLOCK) + run.versions,
        "KnownFileSize": run.stored,
        "KnownFilesets": run.versions,
        "LastBackupDate": _NEVER if newest is None else format_timestamp(newest),
        "BackupListCount": run.versions,
    }


def _unseen() -> _Json:
    """Return no values of the destination: a run that was stopped did not list it."""
    counts = dict.fromkeys(("KnownFileCount", "KnownFileSize", "KnownFilesets"), 0)
    return {**counts, "LastBackupDate": _NEVER, "BackupListCount": 0}


def _quota(run: Run) -> _Json:
    destination = run.job.destination
    if destination.total is None:
        return {"TotalQuotaSpace": -1, "FreeQuotaSpace": -1}
    free = max(destination.total - destination.others - run.stored, 0)
    return {"TotalQuotaSpace": destination.total, "FreeQuotaSpace": free}


def _extra(job: Job, operation: str, following: Millis | None) -> _Json:
    server = job.server
    return {
        "OperationName": operation,
        "machine-id": server.machine_id,
        "machine-name": server.name,
        "backup-id": job.backup_id,
        "backup-name": job.name,
        "operating-system": server.os,
        "operating-system-detailed": server.os_detailed,
        "installation-type": server.installation,
        "destination-type": job.destination.type,
        "destination-host-suffix": job.destination.host,
        "update-channel": "Stable",
        "next-scheduled-run": None if following is None else _stamp(following),
    }


def _stamp(timestamp: Millis) -> str:
    return datetime.fromtimestamp(timestamp / SECOND, UTC).strftime("%Y%m%dT%H%M%SZ")


def _lines(run: Run) -> list[str]:
    """Return the log as with `--send-http-log-level=Information`; of a run that died, no end."""
    began, ended = f"{_local(run.began)} - [", f"{_local(run.ended)} - ["
    operation = f"The operation {run.job.kind.operation}"
    lines = [f"{began}{_CONTROLLER}-StartingOperation]: {operation} has started"]
    lines += [f"{began}Warning-{text}" for text in _warnings(run)]
    lines += [f"{ended}Error-{text}" for text in _errors(run)]
    left_out = copying.left_out(run)
    lines += [f"{ended}Information-{copying.TAG}-RemoteSyncSkipped]: {text}" for text in left_out]
    if run.work.exception is None and run.work.stopped is None:
        lines.append(f"{ended}{_CONTROLLER}-CompletedOperation]: {operation} has completed")
    return lines


def _local(timestamp: Millis) -> str:
    return f"{to_datetime(timestamp):%Y-%m-%d %H:%M:%S} +00"
