"""The fields of duplistatus, which its widgets and scripts read at the top level of answers."""

from typing import Any

import pytest

from exporter.times import DAY, HOUR, MINUTE, SECOND, format_timestamp
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import duplicati_report

BEGAN = NOW - 2 * HOUR
SIZES = {"ExaminedFiles": 5, "SizeOfExaminedFiles": 6000, "WarningsActualLength": 2}


def backend(stored: int, uploaded: int) -> dict[str, object]:
    return {"KnownFileSize": stored, "BytesUploaded": uploaded, "BackupListCount": 9}


def answer(daemon: Daemon, path: str) -> Any:  # noqa: ANN401 - JSON may hold anything
    return daemon.client.simulate_get(path).json


def besides(daemon: Daemon, path: str) -> dict[str, object]:
    found = answer(daemon, path)
    assert found["status"] == "success"
    return {name: found[name] for name in found if name not in ("status", "data")}


def test_of_an_empty_fleet_everything_is_zero_and_no_backup_was_the_last(daemon: Daemon) -> None:
    assert besides(daemon, "/api/summary") == {
        "totalServers": 0,
        "totalBackups": 0,
        "totalBackupsRuns": 0,
        "totalBackupSize": 0,
        "totalStorageUsed": 0,
        "totalUploadedSize": 0,
        "overdueBackupsCount": 0,
        "secondsSinceLastBackup": None,
    }


def test_the_summary_adds_up_the_newest_sizes_and_all_uploads(daemon: Daemon) -> None:
    for n, stored in enumerate((70, 60)):
        report = duplicati_report(
            began=BEGAN - n * DAY, data=SIZES, backend=backend(stored, uploaded=1000)
        )
        daemon.upload(report)
    daemon.upload(
        duplicati_report(
            began=BEGAN - HOUR,
            backup="Photos",
            data={**SIZES, "SizeOfExaminedFiles": 1},
            backend=backend(5, uploaded=3),
        )
    )
    daemon.clock.now += 90 * SECOND + 999
    assert besides(daemon, "/api/summary") == {
        "totalServers": 1,
        "totalBackups": 2,
        "totalBackupsRuns": 3,
        "totalBackupSize": 6001,
        "totalStorageUsed": 75,
        "totalUploadedSize": 2003,
        "overdueBackupsCount": 0,
        "secondsSinceLastBackup": 2 * 3600 + 90,
    }


def test_a_run_that_died_or_was_interrupted_counts_and_lowers_no_size(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN - DAY, data=SIZES, backend=backend(7, uploaded=1)))
    for n, status in enumerate(("Fatal", "Error"), start=1):
        data = {"Interrupted": status == "Error", "SizeOfExaminedFiles": n}
        daemon.upload(duplicati_report(began=BEGAN + n * MINUTE, status=status, data=data))
    found = besides(daemon, "/api/summary")
    assert (found["totalBackupsRuns"], found["totalBackupSize"], found["totalStorageUsed"]) == (
        3,
        6000,
        7,
    )


def test_deleting_a_job_takes_its_bytes_out_of_the_summary(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, data=SIZES, backend=backend(7, uploaded=1)))
    before = besides(daemon, "/api/summary")
    daemon.upload(
        duplicati_report(began=NOW, backup="Photos", data=SIZES, backend=backend(7, uploaded=1))
    )
    assert besides(daemon, "/api/summary")["totalStorageUsed"] == 14
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    assert daemon.client.simulate_delete("/api/jobs/2", headers=headers).status_code == 200
    assert besides(daemon, "/api/summary") == before


def test_a_sender_ahead_of_time_is_no_negative_time_ago(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW + 20 * SECOND))
    assert besides(daemon, "/api/summary")["secondsSinceLastBackup"] == 0


def test_the_latest_backup_is_described_as_duplistatus_does(daemon: Daemon) -> None:
    daemon.upload(
        duplicati_report(
            began=BEGAN,
            data=SIZES,
            backend=backend(7, uploaded=8),
            status="Warning",
            duration=HOUR + 2 * MINUTE + 3 * SECOND,
        )
    )
    run = {
        "id": 1,
        "server_id": 1,
        "name": "Documents",
        "date": format_timestamp(BEGAN),
        "status": "Warning",
        "warnings": 2,
        "errors": 0,
        "fileCount": 5,
        "fileSize": 6000,
        "uploadedSize": 8,
        "duration": "01:02:03",
        "duration_seconds": 3723,
        "durationInMinutes": 62.05,
        "knownFileSize": 7,
        "backup_list_count": 9,
        "messages_array": None,
        "warnings_array": None,
        "errors_array": None,
        "available_backups": [],
    }
    server = {"id": 1, "name": "nas", "alias": "", "note": ""}
    assert besides(daemon, "/api/lastbackup/nas") == {"server": server, "latest_backup": run}
    assert besides(daemon, "/api/lastbackups/nas") == {
        "server": server,
        "latest_backups": [run],
        "backup_jobs_count": 1,
        "backup_names": ["Documents"],
    }


def test_what_a_run_did_not_report_is_zero(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, duration=None))
    run = answer(daemon, "/api/lastbackup/1")["latest_backup"]
    numbers = [value for value in run.values() if isinstance(value, int | float)]
    assert numbers[2:] == [0] * len(numbers[2:])
    assert run["duration"] == "00:00:00"


def test_a_server_without_backups_has_none(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, operation="Restore"))
    assert besides(daemon, "/api/lastbackup/1")["latest_backup"] is None
    assert besides(daemon, "/api/lastbackups/1")["latest_backups"] == []


@pytest.mark.parametrize("path", ["/api/summary", "/api/lastbackup/1", "/api/lastbackups/1"])
def test_the_documented_fields_stay_where_they_are(daemon: Daemon, path: str) -> None:
    daemon.upload(duplicati_report(began=BEGAN))
    found = answer(daemon, path)
    assert (found["status"], type(found["data"])) == ("success", dict)
