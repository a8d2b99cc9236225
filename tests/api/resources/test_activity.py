"""Whole runs over time: what the daemon says while they run, hang, die and fail."""

from collections.abc import Sequence
from typing import Any, NoReturn

import pytest

from exporter.model import Delivery, Report
from exporter.model.live import (
    REPORT_TIMEOUT,
    RUN_MATCH_TOLERANCE,
    STALL_AFTER,
    LiveReport,
    LiveRun,
)
from exporter.store import Recorded, StoreUnavailableError
from exporter.store.base import BaseStore
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, format_timestamp
from tests.support.daemon import NOW, Daemon
from tests.support.live import INTERVAL, Fate, Run, Simulator, activity, post, tell
from tests.support.reports_builder import duplicati_report

JOB = '{backup="Documents",server="nas",server_id="1"}'
LENGTH = 40 * MINUTE


def run(fate: Fate = Fate.NORMAL, *, began: Millis = NOW, backup: str = "Documents") -> Run:
    return Run(backup, began, LENGTH, fate)


def series(daemon: Daemon, name: str) -> float | None:
    return daemon.series().get(f"duplistatus_backup_{name}{JOB}")


def the_job(daemon: Daemon) -> Any:  # noqa: ANN401 - JSON may hold anything
    (job,) = daemon.get("/api/jobs")["jobs"]
    return job


def overdue_everywhere(daemon: Daemon) -> bool:
    """Tell whether the job is overdue, and see that every place says the same."""
    told: set[bool] = {
        the_job(daemon)["overdue"],
        daemon.get("/api/summary")["overdueBackups"] == 1,
        len(daemon.get("/api/jobs", overdue="true")["jobs"]) == 1,
        daemon.series()["duplistatus_overdue_backups"] == 1,
        series(daemon, "overdue") == 1,
    }
    assert len(told) == 1
    return told.pop()


def fatal_runs(daemon: Daemon) -> float:
    labels = JOB.replace("}", ',status="fatal"}')
    return daemon.series()[f"duplistatus_backup_runs_total{labels}"]


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


DEADLINE = DAY + HOUR + MINUTE
"""Behind the start of a first run of a minute: the default interval, the tolerance, its length."""


def test_a_running_job_is_not_overdue_and_a_silent_one_is(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW))
    began = NOW + DAY
    for at in range(began, NOW + DEADLINE + HOUR + 1, 5 * MINUTE):
        daemon.clock.now = at
        tell(daemon, activity(began=began, at=at))
    assert not overdue_everywhere(daemon)
    silent = daemon.clock.now + STALL_AFTER
    daemon.clock.now = silent
    assert not overdue_everywhere(daemon)
    daemon.clock.now = silent + 1
    assert overdue_everywhere(daemon)
    daemon.upload(duplicati_report(began=began, duration=3 * HOUR))
    assert not overdue_everywhere(daemon)


def test_a_job_that_fell_silent_is_overdue_only_once_its_deadline_passed(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW))
    daemon.clock.now = NOW + DAY
    tell(daemon, activity(began=NOW + DAY, at=NOW + DAY))
    daemon.clock.now = NOW + DEADLINE
    assert series(daemon, "stalled") == 1
    assert not overdue_everywhere(daemon)
    daemon.clock.now = NOW + DEADLINE + 1
    assert overdue_everywhere(daemon)


def test_the_report_of_a_late_run_has_time_to_come(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW))
    ended = NOW + DEADLINE + HOUR
    daemon.clock.now = ended
    tell(daemon, activity(began=NOW + DAY, at=ended, status="Completed"))
    assert not overdue_everywhere(daemon)
    daemon.clock.now = ended + REPORT_TIMEOUT + 1
    assert overdue_everywhere(daemon)


def test_a_first_run_that_never_ends_becomes_overdue(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    daemon.clock.now = NOW + DAY + HOUR
    assert not overdue_everywhere(daemon)
    daemon.clock.now += 1
    assert overdue_everywhere(daemon)


def test_a_run_that_failed_without_a_report_becomes_a_fatal_run(daemon: Daemon) -> None:
    simulator = Simulator(daemon, run(Fate.FAILING))
    simulator.until(NOW + LENGTH + REPORT_TIMEOUT - SECOND)
    assert fatal_runs(daemon) == 0
    simulator.until(NOW + LENGTH + REPORT_TIMEOUT + MINUTE)
    assert fatal_runs(daemon) == 1
    last = the_job(daemon)["lastRun"]
    assert (last["status"], last["startTime"]) == ("fatal", format_timestamp(NOW))
    assert last["reason"] == "no route to host"
    detail = daemon.get(f"/api/backups/{last['id']}")["backup"]
    assert detail["messages"] == [{"level": "error", "message": "no route to host"}]


def test_a_failed_run_that_cannot_be_kept_keeps_no_other_out(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in = daemon.store.record_placeholder

    def choosy(job_id: int, report: Report, delivery: Delivery) -> Recorded | None:
        if report.backup == "Mail":
            raise ValueError("a bug")
        return stand_in(job_id, report, delivery)

    monkeypatch.setattr(daemon.store, "record_placeholder", choosy)
    runs = (run(Fate.FAILING, backup="Mail"), run(Fate.FAILING))
    Simulator(daemon, *runs).until(NOW + LENGTH + REPORT_TIMEOUT + MINUTE)
    told = {job["name"]: job["lastRun"] for job in daemon.get("/api/jobs")["jobs"]}
    assert (told["Mail"], told["Documents"]["status"]) == (None, "fatal")
    assert caplog.text.count("storing a failed run failed") == 1


def test_a_failed_run_with_a_report_counts_once(daemon: Daemon) -> None:
    failing = run(Fate.FAILING)
    simulator = Simulator(daemon, failing)
    simulator.until(failing.ended + MINUTE)
    daemon.upload(failing.report())
    simulator.until(failing.ended + HOUR)
    assert fatal_runs(daemon) == 1


@pytest.mark.parametrize("ahead", [0, -RUN_MATCH_TOLERANCE, RUN_MATCH_TOLERANCE])
def test_a_later_report_replaces_the_fatal_run(daemon: Daemon, ahead: Millis) -> None:
    failing = run(Fate.FAILING)
    Simulator(daemon, failing).until(failing.ended + HOUR)
    report = duplicati_report(began=failing.began + ahead, status="Warning")
    daemon.upload(report)
    assert fatal_runs(daemon) == 0
    assert series(daemon, "consecutive_failures") == 0
    (stored,) = daemon.get("/api/backups")["backups"]
    assert stored["status"] == "warning"
    assert daemon.post(report).json["message"] == "Backup data already recorded"


def test_it_is_replaced_after_a_restart_and_behind_later_runs_too(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - DAY))
    failing = run(Fate.FAILING)
    Simulator(daemon, failing).until(failing.ended + HOUR)
    daemon.upload(duplicati_report(began=NOW + DAY, status="Error"))
    assert series(daemon, "consecutive_failures") == 2
    daemon.restart()
    daemon.upload(failing.report())
    assert series(daemon, "consecutive_failures") == 2
    assert fatal_runs(daemon) == 1
    assert len(daemon.get("/api/backups")["backups"]) == 3


def test_a_report_that_replaces_may_be_no_backup(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - DAY))
    failing = run(Fate.FAILING)
    Simulator(daemon, failing).until(failing.ended + HOUR)
    daemon.upload(duplicati_report(began=NOW, data={"Dryrun": True}))
    assert fatal_runs(daemon) == 0
    assert the_job(daemon)["lastRun"]["startTime"] == format_timestamp(NOW - DAY)


def test_a_failed_run_counts_though_the_next_one_began(daemon: Daemon) -> None:
    failing = run(Fate.FAILING)
    following = run(began=failing.ended + 2 * MINUTE)
    Simulator(daemon, failing, following).until(following.ended + MINUTE)
    assert fatal_runs(daemon) == 1
    assert the_job(daemon)["lastRun"]["status"] == "success"


def test_a_failed_run_counts_once_whatever_restarts(daemon: Daemon) -> None:
    failing = run(Fate.FAILING)
    Simulator(daemon, failing).until(failing.ended + 5 * MINUTE)
    daemon.restart()
    daemon.clock.now = failing.ended + HOUR
    daemon.live_reports.run_once()
    daemon.restart()
    daemon.live_reports.run_once()
    assert fatal_runs(daemon) == 1


def test_what_comes_twice_or_late_changes_nothing(daemon: Daemon) -> None:
    daemon.clock.now = NOW + 2 * MINUTE
    newest = activity(began=NOW, at=NOW + 2 * MINUTE, done=0.6)
    tell(daemon, newest)
    known = the_job(daemon)
    for at in (HOUR, 2 * HOUR):
        daemon.clock.now = NOW + at
        tell(daemon, newest)
        tell(daemon, activity(began=NOW, at=NOW + MINUTE, done=0.3))
        tell(daemon, activity(began=NOW - DAY, at=NOW - DAY, status="Failed"))
    running = the_job(daemon)["running"]
    assert running | {"stalled": False} == known["running"]
    assert running["stalled"] is True


def test_a_run_that_ended_does_not_begin_again(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW + MINUTE, status="Completed"))
    tell(daemon, activity(began=NOW, at=NOW + 2 * MINUTE))
    assert the_job(daemon)["running"] is None


def test_a_clock_that_runs_ahead_hides_no_later_run(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW + 365 * DAY, at=NOW + 365 * DAY))
    assert the_job(daemon)["running"]["since"] == format_timestamp(NOW)
    daemon.clock.now = NOW + DAY
    tell(daemon, activity(began=NOW + DAY, at=NOW + DAY))
    assert the_job(daemon)["running"]["since"] == format_timestamp(NOW + DAY)


def test_a_restart_knows_what_was_running(daemon: Daemon) -> None:
    Simulator(daemon, run()).until(NOW + 10 * MINUTE)
    before = the_job(daemon)["running"]
    daemon.restart()
    running = the_job(daemon)["running"]
    assert running["since"] == before["since"]
    assert series(daemon, "running") == 1


def test_nobody_is_stalled_because_the_daemon_was_away(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    daemon.clock.now = NOW + MINUTE
    daemon.live_reports.run_once()
    daemon.clock.now = NOW + HOUR
    daemon.restart()
    assert series(daemon, "stalled") == 0
    daemon.clock.now += STALL_AFTER + 1
    assert series(daemon, "stalled") == 1


def test_a_restore_that_runs_is_no_backup(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW, operation="Restore"))
    assert daemon.get("/api/jobs")["jobs"] == []


def test_a_deleted_job_is_made_again_when_it_is_heard_of(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    daemon.store.delete_job(1)
    daemon.clock.now += MINUTE
    tell(daemon, activity(began=NOW, at=NOW + MINUTE))
    assert the_job(daemon)["running"]["since"] == format_timestamp(NOW)


def test_a_job_is_written_once_a_minute_at_most(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    written: list[int] = []
    keep = daemon.store.keep_live

    def counting(runs: Sequence[tuple[int, LiveRun]]) -> None:
        written.append(len(runs))
        keep(runs)

    monkeypatch.setattr(daemon.store, "keep_live", counting)
    for at in range(NOW, NOW + 5 * MINUTE, 10 * SECOND):
        daemon.clock.now = at
        tell(daemon, activity(began=NOW, at=at))
    assert written == [1] * 4


def test_a_known_machine_is_heard_without_the_database(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.upload(duplicati_report(began=NOW - DAY))
    daemon.restart()
    monkeypatch.delattr(BaseStore, "resolve_job")
    assert post(daemon, activity(began=NOW, at=NOW)).status_code == 202
    assert the_job(daemon)["running"]["since"] == format_timestamp(NOW)


def test_a_live_report_that_cannot_be_stored_keeps_no_other_out(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place = daemon.store.resolve_job

    def choosy(report: LiveReport, delivery: Delivery) -> int:
        if report.backup == "Mail":
            raise ValueError("no room")
        return place(report, delivery)

    monkeypatch.setattr(daemon.store, "resolve_job", choosy)
    for backup in ("Mail", "Documents"):
        post(daemon, activity(began=NOW, at=NOW, backup=backup))
    daemon.live_reports.run_once()
    assert the_job(daemon)["name"] == "Documents"
    assert "storing a live report failed" in caplog.text


def test_a_machine_without_an_id_is_known_by_its_name_or_address(daemon: Daemon) -> None:
    for server in ("nas", None):
        for at in (NOW, NOW + MINUTE):
            tell(daemon, activity(began=NOW, at=at, machine_id=None, server=server))
    running = {
        job["server"]: job["running"]["lastHeard"] for job in daemon.get("/api/jobs")["jobs"]
    }
    assert len(running) == 2
    assert "nas" in running


def test_a_database_that_does_not_answer_keeps_no_live_report_out(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise StoreUnavailableError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(daemon.store, "resolve_job", refuse)
        assert post(daemon, activity(began=NOW, at=NOW)).status_code == 202
        with pytest.raises(StoreUnavailableError):
            daemon.live_reports.run_once()
    daemon.live_reports.run_once()
    assert the_job(daemon)["running"]["since"] == format_timestamp(NOW)
    with monkeypatch.context() as broken:
        broken.setattr(daemon.store, "keep_live", refuse)
        daemon.clock.now += MINUTE
        with pytest.raises(StoreUnavailableError):
            daemon.live_reports.run_once()
    daemon.live_reports.run_once()
    assert len(daemon.store.live_runs()) == 1


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
