"""What a run shows while it runs: begun, ended, hung, killed, refused."""

import pytest

from exporter.model.live import (
    STALL_AFTER,
)
from exporter.times import DAY, MINUTE, SECOND, format_timestamp
from tests.support.authors import BY
from tests.support.daemon import NOW, Daemon
from tests.support.live import INTERVAL, Fate, Simulator, activity, post, tell
from tests.support.live_job import LENGTH, fatal_runs, run, series, the_job
from tests.support.reports_builder import duplicati_report


def test_a_run_shows_while_it_runs_and_its_series_go_when_it_ends(daemon: Daemon) -> None:
    simulator = Simulator(daemon, run())
    simulator.until(NOW + LENGTH // 2)
    assert the_job(daemon)["running"] == {
        "since": format_timestamp(NOW),
        "lastHeard": format_timestamp(NOW + LENGTH // 2),
        "stalled": False,
        "phase": "Backup_ProcessingFiles",
        "progress": 0.5,
        "files": 100,
        "totalFiles": 200,
        "bytes": 2_000_000,
        "totalBytes": 4_000_000,
        "activeTransfers": 1,
    }
    assert series(daemon, "progress_ratio") == 0.5
    assert series(daemon, "running_start_timestamp_seconds") == NOW / SECOND
    assert daemon.series()["duplistatus_running_backups"] == 1
    simulator.until(NOW + LENGTH + MINUTE)
    assert the_job(daemon)["running"] is None
    assert daemon.series()["duplistatus_running_backups"] == 0
    gone = [name for name in daemon.series() if "_running" in name or "_stalled" in name]
    assert gone == ["duplistatus_running_backups"]


def test_the_end_of_a_run_shows_before_its_report_comes(daemon: Daemon) -> None:
    simulator = Simulator(daemon, run())
    simulator.until(NOW + LENGTH)
    assert the_job(daemon)["running"] is None
    assert the_job(daemon)["lastRun"] is None


def test_a_report_ends_a_run_whose_last_live_report_was_lost(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    daemon.upload(duplicati_report(began=NOW))
    assert the_job(daemon)["running"] is None


def test_a_report_of_an_earlier_run_does_not_end_the_one_that_runs(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    daemon.upload(duplicati_report(began=NOW - DAY))
    assert the_job(daemon)["running"]["since"] == format_timestamp(NOW)


def test_a_job_first_seen_running_exists(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    assert the_job(daemon)["name"] == "Documents"
    assert daemon.get("/api/summary")["totalBackupJobs"] == 1
    assert fatal_runs(daemon) == 0
    (server,) = daemon.get("/api/servers")["servers"]
    assert (server["name"], server["duplicatiVersion"]) == ("nas", "2.3.1.0")


def test_a_job_that_never_reported_can_be_deleted(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    assert daemon.get("/api/summary")["totalBackupJobs"] == 1
    daemon.store.delete_job(the_job(daemon)["id"], BY)
    assert daemon.get("/api/summary")["totalBackupJobs"] == 0


def test_its_later_reports_are_of_the_same_server_and_job(daemon: Daemon) -> None:
    Simulator(daemon, run(), run(began=NOW + DAY)).until(NOW + DAY + LENGTH + MINUTE)
    assert len(daemon.get("/api/servers")["servers"]) == 1
    assert the_job(daemon)["lastRun"]["status"] == "success"


def test_a_run_that_hangs_is_stalled_until_it_is_heard_of_again(daemon: Daemon) -> None:
    simulator = Simulator(daemon, run(Fate.HUNG))
    last = NOW + LENGTH // 2 - INTERVAL
    simulator.until(last + STALL_AFTER)
    assert series(daemon, "stalled") == 0
    simulator.until(last + STALL_AFTER + 1)
    assert series(daemon, "stalled") == 1
    assert the_job(daemon)["running"]["stalled"] is True
    simulator.until(NOW + LENGTH + MINUTE)
    assert series(daemon, "stalled") is None


def test_a_run_that_was_killed_gives_way_to_the_next(daemon: Daemon) -> None:
    simulator = Simulator(daemon, run(Fate.KILLED), run(began=NOW + DAY))
    simulator.until(NOW + DAY - MINUTE)
    assert series(daemon, "stalled") == 1
    simulator.until(NOW + DAY + MINUTE)
    assert series(daemon, "stalled") == 0
    assert the_job(daemon)["running"]["since"] == format_timestamp(NOW + DAY)
    assert fatal_runs(daemon) == 0


def test_two_runs_at_once_are_told_apart(daemon: Daemon) -> None:
    simulator = Simulator(daemon, run(), run(began=NOW + 10 * MINUTE, backup="Mail"))
    simulator.until(NOW + 20 * MINUTE)
    progress = {job["name"]: job["running"]["progress"] for job in daemon.get("/api/jobs")["jobs"]}
    assert progress == {"Documents": 0.5, "Mail": 0.25}
    assert daemon.series()["duplistatus_running_backups"] == 2


def test_a_restore_that_runs_is_no_backup(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW, operation="Restore"))
    assert daemon.get("/api/jobs")["jobs"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"hello", "body"),
        (b"[]", "body"),
        (duplicati_report(began=NOW), "body"),
        (b'{"operation": "Backup"}', "startedUtc"),
        (b'{"operation": 5, "startedUtc": "2026-01-15T10:30:00Z"}', "operation"),
    ],
)
def test_what_is_no_live_report_is_refused(daemon: Daemon, body: bytes, field: str) -> None:
    result = post(daemon, body)
    assert (result.status_code, result.json["error"]) == (400, "ValidationError")
    assert [each["field"] for each in result.json["details"]] == [field]
