"""Reports to fill a daemon with, as Duplicati and others send them."""

from typing import Any

from msgspec.structs import replace

from exporter.model import (
    BACKUP,
    Copying,
    CopyOutcome,
    Counts,
    Log,
    Machine,
    Report,
    Run,
    SecondCopy,
    Status,
)
from exporter.times import MINUTE, parse_timestamp

_MACHINE = {"machine-id": "0a1b2c3d", "machine-name": "nas", "operating-system": "Linux"}


def full(day: int) -> dict[str, Any]:
    """Return Duplicati's report of a November day, with every value a metric is made of."""
    date = f"2026-11-{day:02}"
    return {
        "Data": {
            "MainOperation": "Backup",
            "ParsedResult": "Success",
            "Version": "2.2.0.0 (2.2.0.0_stable_2025-10-23)",
            "BeginTime": f"{date}T01:00:00.25Z",
            "EndTime": f"{date}T01:06:12.5Z",
            "Duration": "00:06:12.2500000",
            "ExaminedFiles": 18204,
            "SizeOfExaminedFiles": 52613349376,
            "AddedFiles": 45,
            "ModifiedFiles": 12,
            "DeletedFiles": 3,
            "FilesWithError": 0,
            "WarningsActualLength": 0,
            "ErrorsActualLength": 0,
            "BackendStatistics": {
                "BytesUploaded": 68157440,
                "BytesDownloaded": 1048576,
                "KnownFileSize": 47244640256,
                "BackupListCount": 30,
                "TotalQuotaSpace": 1099511627776,
                "FreeQuotaSpace": 640000000000 + (23 - day) * 2000000000,
                "LastBackupDate": f"{date}T01:00:00+00:00",
                "RetryAttempts": 1,
            },
            "CompactResults": {
                "MainOperation": "Compact",
                "ParsedResult": "Success",
                "EndTime": f"{date}T01:06:05Z",
            },
            "RemoteSynchronizationResults": [
                {
                    "Destination": "file:///mnt/copy",
                    "CopiedFileCount": 3,
                    "CopiedFileSize": 68157440,
                    "FailedVerificationCount": 0,
                    "MainOperation": "RemoteSynchronization",
                    "ParsedResult": "Success",
                    "EndTime": f"{date}T01:06:12Z",
                }
            ],
            "TestResults": {
                "ParsedResult": "Success",
                "EndTime": f"{date}T01:06:10Z",
                "Verifications": [{"Key": "duplicati-1.dlist.zip", "Value": []}],
            },
        },
        "Extra": {
            "OperationName": "Backup",
            "backup-name": "Photos",
            "backup-id": "DB-2",
            "destination-type": "s3",
            "next-scheduled-run": f"202611{day + 1:02}T010000Z",
            **_MACHINE,
        },
        "LogLines": [f"{date} 01:00:00 +00 - [Information-Start]: The operation has started"],
        "Exception": None,
    }


def under_a_former_name() -> Report:
    """Return the first report of the backup that is called Photos now, with a second copy."""
    began = parse_timestamp("2026-11-18T01:00:00Z")
    copy = SecondCopy("file:///mnt/copy", began + MINUTE, Status.SUCCESS, 3, 4096, 0)
    run = Run(BACKUP, Status.SUCCESS, began, began + MINUTE, MINUTE, Counts())
    run_with_all = replace(
        run,
        backup_id="DB-2",
        destination_type="s3",
        copying=Copying(CopyOutcome.COPIED, (copy,)),
    )
    machine = Machine(_MACHINE["machine-id"], _MACHINE["machine-name"])
    return Report(machine, "Pictures", run_with_all, Log(details=("Data.X: is not a number",)), {})


def died(day: int) -> dict[str, Any]:
    """Return Duplicati's report of a run that died."""
    return {
        "Data": {"MainOperation": "Backup", "BeginTime": f"2026-11-{day:02}T03:00:00Z"},
        "Extra": {"backup-name": "Mail", **_MACHINE},
        "Exception": "The disk is full",
    }


def restored() -> dict[str, Any]:
    """Return Duplicati's report of a restore, from a machine that never made a backup."""
    return {
        "Data": {"MainOperation": "Restore", "ParsedResult": "Success"},
        "Extra": {"backup-name": "Photos"},
    }


def restored_on_nas() -> dict[str, Any]:
    """Return Duplicati's report of a restore from the backup that reports every value."""
    times = {"BeginTime": "2026-11-22T12:00:00Z", "EndTime": "2026-11-22T12:01:00Z"}
    data = {"MainOperation": "Restore", "ParsedResult": "Success", **times}
    return {"Data": data, "Extra": {"backup-name": "Photos", **_MACHINE}}


def plain() -> dict[str, Any]:
    """Return the least another program may send."""
    return {
        "server": {"name": "server-01"},
        "backup": {"name": "daily", "status": "success", "startTime": "2026-11-20T02:00:00Z"},
    }


def activity() -> dict[str, Any]:
    """Return the live report of a run that goes on, with every value a metric is made of."""
    return {
        "operation": "Backup",
        "status": "Progress",
        "startedUtc": "2026-11-23T11:58:00.25Z",
        "reportedUtc": "2026-11-23T12:00:00Z",
        "isCompleted": False,
        "progress": {
            "phase": "Backup_ProcessingFiles",
            "progress": 0.42,
            "filesProcessed": 7600,
            "fileSizeProcessed": 22097606738,
            "fileCount": 18204,
            "fileSize": 52613349376,
            "activeTransfers": 1,
        },
        "metadata": {"machineId": "0a1b2c3d", "machineName": "nas", "backupName": "Photos"},
    }
