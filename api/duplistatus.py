"""The fields of duplistatus beside the documented ones: its widgets and scripts go on working.

They stand at the top level of the answer, with the names and meanings of duplistatus 1.4. What it
takes from a run's log is null: the documented routes have it.
"""

from exporter.fleet.views import Totals
from exporter.fleet.volumes import Volume
from exporter.model import Server, StoredRun
from exporter.model.run_json import Json, known_of_destination, seconds, timestamp

_MINUTE = 60
_HOUR = 60 * _MINUTE


def summary(totals: Totals, volume: Volume, seconds_since: int | None) -> Json:
    """Return the fleet in numbers; `seconds_since` its newest backup run began, None before any."""
    return {
        "totalServers": totals.servers,
        "totalBackups": totals.jobs,
        "totalBackupsRuns": totals.completed + totals.failed + totals.interrupted,
        "totalBackupSize": volume.examined,
        "totalStorageUsed": volume.stored,
        "totalUploadedSize": volume.uploaded,
        "overdueBackupsCount": totals.overdue,
        "secondsSinceLastBackup": seconds_since,
    }


def server(known: Server) -> Json:
    """Return a server as duplistatus describes it."""
    return {
        "id": known.id,
        "name": known.name,
        "alias": known.alias or "",
        "note": known.note or "",
    }


def backup(known: Server, name: str, stored: StoredRun) -> Json:
    """Return a run as duplistatus describes it; numbers that no report told are 0, as there."""
    run, length = stored.run, seconds(stored.run.duration) or 0
    counts = run.counts
    return {
        "id": stored.id,
        "server_id": known.id,
        "name": name,
        "date": timestamp(run.began if run.began is not None else stored.started),
        "status": run.status.value.capitalize(),
        "warnings": counts.warnings or 0,
        "errors": counts.errors or 0,
        "fileCount": counts.examined_files or 0,
        "fileSize": counts.examined_bytes or 0,
        "uploadedSize": counts.uploaded_bytes or 0,
        "duration": clock_time(length),
        "duration_seconds": length,
        "durationInMinutes": length / _MINUTE,
        "knownFileSize": known_of_destination(run, counts.stored_bytes) or 0,
        "backup_list_count": known_of_destination(run, counts.versions) or 0,
        "messages_array": None,
        "warnings_array": None,
        "errors_array": None,
        "available_backups": [],
    }


def clock_time(length: int) -> str:
    """Return seconds as ``01:30:05``; a hundred hours have three digits."""
    hours, rest = divmod(length, _HOUR)
    return f"{hours:02}:{rest // _MINUTE:02}:{rest % _MINUTE:02}"
