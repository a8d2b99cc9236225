"""A run that was interrupted is not a backup, whatever asks."""

import pytest

from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

DATA = {"ExaminedFiles": 40, "SizeOfExaminedFiles": 780_004}
LOOKED = {"KnownFileSize": 805_671, "BackupListCount": 3}
BLIND = {"KnownFileSize": 0, "BackupListCount": 0, "LastBackupDate": "0001-01-01T00:00:00"}


def post(daemon: Daemon, day: int, *, stopped: bool, status: str = "Success") -> None:
    began = NOW - day * DAY
    daemon.clock.now = began + HOUR
    body = duplicati_report(
        began=began,
        status=status,
        data={**DATA, "Interrupted": stopped},
        backend=BLIND if stopped else LOOKED,
    )
    daemon.upload(body)


@pytest.mark.parametrize("status", ["Success", "Warning", "Error"])
def test_it_neither_completed_nor_failed(daemon: Daemon, status: str) -> None:
    post(daemon, 2, stopped=False)
    post(daemon, 1, stopped=True, status=status)
    summary = daemon.get("/api/summary")
    assert (summary["successfulBackups"], summary["failedBackups"]) == (1, 0)
    assert summary["overdueBackups"] == 0
    (job,) = daemon.get("/api/jobs")["jobs"]
    assert (job["condition"], job["interruptedRuns"]) == ("interrupted", 1)
    assert job["lastSuccess"] == "2026-01-13T10:31:00.000Z"
    assert daemon.get("/api/jobs", failing="true")["jobs"] == []
    assert daemon.get("/api/jobs", condition="interrupted")["jobs"] == [job]


def test_it_tells_nothing_of_a_destination_that_it_did_not_look_at(daemon: Daemon) -> None:
    post(daemon, 1, stopped=True)
    last = daemon.get("/api/lastbackup/nas")["lastBackup"]
    assert (last["status"], last["storageUsed"]) == ("interrupted", None)
    (run,) = daemon.get("/api/backups", status="interrupted")["backups"]
    assert (run["storageUsed"], run["versions"]) == (None, None)


def test_a_job_whose_runs_keep_being_stopped_becomes_stale(daemon: Daemon) -> None:
    post(daemon, 9, stopped=False)
    for day in range(8, 0, -1):
        post(daemon, day, stopped=True)
    daemon.clock.now = NOW + MINUTE
    (job,) = daemon.get("/api/jobs")["jobs"]
    assert job["conditions"] == ["stale", "interrupted"]


def test_a_failure_stands_behind_it(daemon: Daemon) -> None:
    post(daemon, 3, stopped=False)
    post(daemon, 2, stopped=False, status="Error")
    post(daemon, 1, stopped=True)
    (job,) = daemon.get("/api/jobs", failing="true")["jobs"]
    assert job["conditions"] == ["failing", "interrupted"]
