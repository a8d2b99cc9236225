"""A Sync job stands where jobs stand, with its kind."""

from typing import Any

from exporter.model.live import STALL_AFTER
from exporter.times import HOUR, MINUTE, SECOND
from tests.support.daemon import NOW, Daemon
from tests.support.live import activity, tell
from tests.support.pages import Document, text
from tests.support.reports_builder import duplicati_report
from tests.support.syncs import BYTES, FILES, UPLOADED, sync_report

MIRROR = 'backup="Mirror",server="nas",server_id="1"'


def jobs(daemon: Daemon) -> dict[str, dict[str, Any]]:
    return {job["name"]: job for job in daemon.get("/api/jobs")["jobs"]}


def test_a_sync_job_is_judged_by_its_runs(daemon: Daemon) -> None:
    daemon.upload(sync_report(began=NOW - HOUR, status="Fatal", exception="no route"))
    (job,) = daemon.get("/api/jobs")["jobs"]
    assert (job["kind"], job["condition"], job["lastRun"]["reason"]) == (
        "sync",
        "failing",
        "no route",
    )
    daemon.upload(sync_report(began=NOW - MINUTE))
    (job,) = daemon.get("/api/jobs")["jobs"]
    assert (job["condition"], job["newestVersion"]) == ("fine", None)
    last = job["lastRun"]
    assert (last["files"], last["size"], last["storageUsed"]) == (FILES, BYTES, None)


def test_it_is_counted_with_the_others(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - 2 * MINUTE, backup="Mirror"))
    daemon.upload(sync_report(began=NOW - MINUTE, status="Error"))
    summary = daemon.get("/api/summary")
    assert (summary["totalBackupJobs"], summary["successfulBackups"]) == (2, 1)
    assert (summary["failedBackups"], summary["failingBackups"]) == (1, 1)
    assert {name: job["kind"] for name, job in jobs(daemon).items()} == {
        "Mirror": "backup",
        "Mirror (sync)": "sync",
    }
    (worst,) = daemon.get("/api/status")["worst"]
    assert (worst["name"], worst["kind"]) == ("Mirror (sync)", "sync")
    latest = daemon.get("/api/lastbackups/1")["backups"]
    assert [(run["name"], run["kind"]) for run in latest] == [
        ("Mirror (sync)", "sync"),
        ("Mirror", "backup"),
    ]
    assert daemon.get("/api/lastbackup/1")["lastBackup"]["kind"] == "sync"
    runs = daemon.get("/api/backups", operation="Sync")["backups"]
    assert [(run["name"], run["uploaded"], run["versions"]) for run in runs] == [
        ("Mirror (sync)", UPLOADED, None)
    ]


def test_its_series_are_those_of_a_job_without_a_destination(daemon: Daemon) -> None:
    daemon.upload(sync_report(began=NOW - MINUTE))
    series = daemon.series()
    shown = {name.split("{")[0]: value for name, value in series.items() if MIRROR in name}
    assert shown["duplistatus_backup_source_files"] == FILES
    assert shown["duplistatus_backup_uploaded_bytes_total"] == UPLOADED
    assert shown["duplistatus_backup_last_modified_files"] == 30
    assert shown["duplistatus_backup_last_deleted_files"] == 2
    for absent in ("storage_bytes", "versions", "newest_version_timestamp_seconds"):
        assert f"duplistatus_backup_{absent}" not in shown
    (info,) = [name for name in series if "job_info" in name]
    assert 'kind="sync"' in info


def test_live_alone_it_runs_stalls_and_waits(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW, backup="Mirror", operation="Sync"))
    assert jobs(daemon)["Mirror"]["kind"] == "sync"
    assert jobs(daemon)["Mirror"]["running"]["stalled"] is False
    daemon.clock.now += STALL_AFTER + SECOND
    assert jobs(daemon)["Mirror"]["condition"] == "stalled"
    daemon.upload(sync_report(began=NOW))
    assert jobs(daemon)["Mirror"]["running"] is None


def test_a_live_sync_beside_a_backup_that_runs(daemon: Daemon) -> None:
    for operation in ("Backup", "Sync", "Backup", "Sync"):
        tell(daemon, activity(began=NOW, at=NOW, backup="Mirror", operation=operation))
    assert {name: job["running"] is not None for name, job in jobs(daemon).items()} == {
        "Mirror": True,
        "Mirror (sync)": True,
    }


def test_the_page_says_what_it_is(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - 2 * MINUTE, backup="Photos"))
    daemon.upload(sync_report(began=NOW - MINUTE))
    for path, expected in (("/", 1), ("/servers/1", 1), ("/jobs/1", 0), ("/jobs/2", 1)):
        page = Document(daemon.client.simulate_get(path))
        kinds = [text(each) for each in page.all("small", class_="kind")]
        assert kinds == ["Sync"] * expected
