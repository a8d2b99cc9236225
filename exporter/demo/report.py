"""A run as Duplicati 2.3 posts it: the JSON of its send-http module."""

import json
from datetime import UTC, datetime

from exporter.demo.life import Run
from exporter.times import SECOND, Millis, format_moment, to_datetime

_VERSION = "2.3.1.0 (2.3.1.0_stable_2026-07-08)"
_NEVER = "0001-01-01T00:00:00"
_BLOCK = 50 * 1024 * 1024
"""The size of a volume at the destination, Duplicati's default."""

_CONTROLLER = "Information-Duplicati.Library.Main.Controller"
_OPERATION = "Duplicati.Library.Main.Operation.BackupHandler"
_Json = dict[str, object]


def report(run: Run) -> bytes:
    """Return the body of a run's report."""
    body = {
        "Data": _data(run),
        "Extra": _extra(run),
        "LogLines": list(_lines(run)),
        "Exception": run.work.exception,
    }
    return json.dumps(body, separators=(",", ":")).encode()


def _data(run: Run) -> _Json:
    return {
        **_counted(run),
        "PartialBackup": False,
        "Dryrun": False,
        "TestResults": _tested(run),
        **_outcome(run),
        **_times(run.began, None if run.work.exception else run.duration),
        "MessagesActualLength": 12,
        "WarningsActualLength": len(run.work.warnings),
        "ErrorsActualLength": len(run.work.errors),
        "BackendStatistics": _backend(run),
    }


def _counted(run: Run) -> _Json:
    """Count the files of a run; one that died saw only a part of them."""
    work = run.work
    if work.exception is not None:
        return {"ExaminedFiles": work.files // 3, "SizeOfExaminedFiles": work.size // 3}
    average = work.size // work.files
    return {
        "ExaminedFiles": work.files,
        "SizeOfExaminedFiles": work.size,
        "OpenedFiles": work.added + work.modified,
        "SizeOfOpenedFiles": (work.added + work.modified) * average,
        "AddedFiles": work.added,
        "SizeOfAddedFiles": work.added * average,
        "ModifiedFiles": work.modified,
        "SizeOfModifiedFiles": work.modified * average,
        "DeletedFiles": work.deleted,
        "FilesWithError": len(work.errors) + len(work.warnings),
        "NotProcessedFiles": 0,
        "TooLargeFiles": 0,
    }


def _outcome(run: Run) -> _Json:
    return {
        "MainOperation": "Backup",
        "ParsedResult": _result(run),
        "Interrupted": False,
        "Version": _VERSION,
    }


def _result(run: Run) -> str:
    if run.work.exception is not None:
        return "Fatal"
    if run.work.errors:
        return "Error"
    return "Warning" if run.work.warnings else "Success"


def _times(began: Millis, duration: Millis | None) -> _Json:
    if duration is None:
        return {"BeginTime": format_moment(began), "EndTime": _NEVER, "Duration": "00:00:00"}
    ended = format_moment(began + duration)
    return {"BeginTime": format_moment(began), "EndTime": ended, "Duration": _timespan(duration)}


def _timespan(length: Millis) -> str:
    """Write a length of time as .NET does."""
    seconds, millis = divmod(length, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02}:{minutes:02}:{seconds:02}.{millis:03}0000"
    return f"{days}.{clock}" if days else clock


def _tested(run: Run) -> _Json | None:
    """Tell of the test of one stored file, which Duplicati makes after each backup."""
    if run.work.exception is not None:
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
    return {
        "RemoteCalls": 6 + uploads,
        "BytesUploaded": run.uploaded,
        "BytesDownloaded": 0 if run.work.exception else _BLOCK,
        "FilesUploaded": uploads,
        "KnownFileCount": 2 * -(-run.stored // _BLOCK) + run.versions,
        "KnownFileSize": run.stored,
        "KnownFilesets": run.versions,
        "BackupListCount": run.versions,
        **_quota(run),
        "AssignedQuotaSpace": -1,
    }


def _quota(run: Run) -> _Json:
    destination = run.job.destination
    if destination.total is None:
        return {"TotalQuotaSpace": -1, "FreeQuotaSpace": -1}
    free = max(destination.total - destination.others - run.stored, 0)
    return {"TotalQuotaSpace": destination.total, "FreeQuotaSpace": free}


def _extra(run: Run) -> _Json:
    job, server = run.job, run.job.server
    return {
        "OperationName": "Backup",
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
        "next-scheduled-run": None if run.following is None else _stamp(run.following),
    }


def _stamp(moment: Millis) -> str:
    return datetime.fromtimestamp(moment / SECOND, UTC).strftime("%Y%m%dT%H%M%SZ")


def _lines(run: Run) -> list[str]:
    """Write the log as with `--send-http-log-level=Information`; a run that died ends in none."""
    work = run.work
    began, ended = f"{_local(run.began)} - [", f"{_local(run.ended)} - ["
    lines = [f"{began}{_CONTROLLER}-StartingOperation]: The operation Backup has started"]
    lines += [f"{began}Warning-{_OPERATION}-FileAccessError]: {text}" for text in work.warnings]
    lines += [f"{ended}Error-{_OPERATION}-Failed]: {text}" for text in work.errors]
    if work.exception is None:
        lines.append(
            f"{ended}{_CONTROLLER}-CompletedOperation]: The operation Backup has completed"
        )
    return lines


def _local(moment: Millis) -> str:
    return f"{to_datetime(moment):%Y-%m-%d %H:%M:%S} +00"
