"""The results of an operation by Duplicati's names: what the JSON and the text report share."""

from collections.abc import Sequence
from typing import NamedTuple

from exporter.model import (
    BACKUP,
    SYNC,
    Counts,
    Machine,
    Message,
    Run,
    Status,
)
from exporter.reports import judging, lines
from exporter.reports.copies import copying
from exporter.reports.fields import Reader, bounded
from exporter.times import Millis

_BACKEND = "BackendStatistics"


class Ending(NamedTuple):
    """What a report says of a run's end besides its results.

    `died` is the exception that ended it, `aborted` says that this only means that a script
    prevented the backup, `doubtful` that there is an exception that cannot be read.
    """

    died: str | None = None
    aborted: bool = False
    doubtful: bool = False


def run(results: Reader, extra: Reader, ending: Ending, messages: Sequence[Message]) -> Run:
    """Turn the results of an operation into a run.

    Args:
        results: the results by Duplicati's names.
        extra: what the sender adds about itself.
        ending: what else says how the run ended.
        messages: all lines of its log.
    """
    operation = _operation(results, extra)
    status = _status(results, ending)
    backend = results.inner(_BACKEND)
    began, ended = results.timestamp("BeginTime"), results.timestamp("EndTime")
    return Run(
        operation=operation,
        status=status,
        began=began,
        ended=ended,
        duration=_duration(results, ended),
        counts=_counts_of_sync(results) if operation == SYNC else _counts(results, backend),
        dry_run=results.flag("Dryrun") is True,
        next_scheduled=extra.timestamp("next-scheduled-run"),
        verification=judging.verification(operation, results, status, began),
        backup_id=extra.name("backup-id"),
        destination_type=extra.name("destination-type"),
        reason=lines.reason(status, ending.died, messages, judging.first_fault(operation, results)),
        newest_version=None if operation == SYNC else backend.timestamp("LastBackupDate"),
        compacted=_compacted(results, status),
        copying=copying(results, messages, status, ended or began),
    )


def machine(results: Reader, extra: Reader) -> Machine:
    """Return what a report says of its sender."""
    return Machine(
        machine_id=extra.name("machine-id"),
        name=extra.name("machine-name"),
        version=version(results, "Version"),
        os=extra.name("operating-system"),
    )


def version(results: Reader, key: str) -> str | None:
    """Return ``2.1.0.5`` of ``2.1.0.5 (2.1.0.5_stable_2025-03-04)``."""
    text = results.name(key)
    return text.split()[0] if text else None


def counted(results: Reader) -> dict[str, int]:
    """Return every number of the results, and but for a Sync, of their part about the destination.

    That part of a Sync is of no use: its own counts say what it uploaded, that part says -39 bytes.
    """
    found: dict[str, int] = {}
    results.counted(found)
    if results.name("MainOperation") != SYNC:
        results.inner(_BACKEND).counted(found, f"{_BACKEND}.")
    return bounded(found)


def _operation(results: Reader, extra: Reader) -> str:
    return results.name("MainOperation") or extra.name("OperationName") or BACKUP


def _status(results: Reader, ending: Ending) -> Status:
    if ending.aborted:
        return Status.INTERRUPTED
    if ending.died is not None:
        return Status.FATAL
    status = judging.status(results)
    return status.worse(Status.WARNING) if ending.doubtful else status


def _duration(results: Reader, ended: Millis | None) -> Millis | None:
    """Return how long it took; a run without an end writes zero where that is unknown."""
    reported = results.timespan("Duration")
    return reported if ended is not None else reported or None


def _counts(results: Reader, backend: Reader) -> Counts:
    total = backend.count("TotalQuotaSpace") or None
    free = backend.count("FreeQuotaSpace")
    return Counts(
        examined_files=results.count("ExaminedFiles"),
        examined_bytes=results.count("SizeOfExaminedFiles"),
        added_files=results.count("AddedFiles"),
        modified_files=results.count("ModifiedFiles"),
        deleted_files=results.count("DeletedFiles"),
        error_files=results.count("FilesWithError"),
        uploaded_bytes=backend.count("BytesUploaded"),
        downloaded_bytes=backend.count("BytesDownloaded"),
        stored_bytes=backend.count("KnownFileSize"),
        versions=backend.count("BackupListCount"),
        # 0 of an unknown total is unknown too, and not a full destination.
        quota_free_bytes=free if free or total is not None else None,
        quota_total_bytes=total,
        warnings=results.count("WarningsActualLength"),
        errors=results.count("ErrorsActualLength"),
        retry_attempts=backend.count("RetryAttempts"),
    )


def _counts_of_sync(results: Reader) -> Counts:
    """Return the counts of a mirror, which have names of their own.

    It uploads what is new or changed, and does not say how many files are new.
    """
    return Counts(
        examined_files=results.count("SourceFiles"),
        examined_bytes=results.count("SizeOfSourceFiles"),
        modified_files=results.count("FilesUploaded"),
        deleted_files=results.count("FilesDeleted"),
        uploaded_bytes=results.count("SizeOfUploadedFiles"),
        warnings=results.count("WarningsActualLength"),
        errors=results.count("ErrorsActualLength"),
        retry_attempts=results.inner(_BACKEND).count("RetryAttempts"),
    )


def _compacted(results: Reader, status: Status) -> Millis | None:
    """Return when a compact that was part of the run ended successfully."""
    if status is Status.FATAL or not results.values.get("CompactResults"):
        return None
    compact = results.inner("CompactResults")
    return compact.timestamp("EndTime") if judging.status(compact).completed else None
