"""Live reports in the service: what it stores when, and what keeps it from that."""

from collections.abc import Sequence
from typing import NoReturn

import pytest

from exporter.model import Delivery, Report
from exporter.model.live import (
    REPORT_TIMEOUT,
    STALL_AFTER,
    LiveReport,
    LiveRun,
)
from exporter.store import Recorded, RunFilter, StoreUnavailableError
from exporter.store.base import BaseStore
from exporter.times import DAY, HOUR, MINUTE, SECOND, format_timestamp
from tests.support.authors import BY
from tests.support.daemon import NOW, Daemon
from tests.support.live import Fate, Simulator, activity, post, tell
from tests.support.live_job import LENGTH, fatal_runs, run, series, the_job
from tests.support.reports_builder import duplicati_report


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


def test_a_failed_run_counts_once_whatever_restarts(daemon: Daemon) -> None:
    failing = run(Fate.FAILING)
    Simulator(daemon, failing).until(failing.ended + 5 * MINUTE)
    daemon.restart()
    daemon.clock.now = failing.ended + HOUR
    daemon.live_reports.run_once()
    daemon.restart()
    daemon.live_reports.run_once()
    assert fatal_runs(daemon) == 1


def test_failed_runs_count_where_the_next_one_goes_on_at_a_restart(daemon: Daemon) -> None:
    for status in ("Failed", "Failed", "Started"):
        daemon.clock.now += 2 * MINUTE
        at = daemon.clock.now
        tell(daemon, activity(began=at, at=at, status=status, error="no route"))
    for _ in range(2):
        daemon.restart()
        daemon.clock.now += REPORT_TIMEOUT
        daemon.live_reports.run_once()
    assert fatal_runs(daemon) == 2
    runs = daemon.store.runs(RunFilter(), None, 9)
    assert [each.stored.run.reason for each in runs] == ["no route"] * 2


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


@pytest.mark.parametrize("status", ["Progress", "Completed"])
def test_what_was_late_before_a_restart_is_late_after_it(daemon: Daemon, status: str) -> None:
    daemon.upload(duplicati_report(began=NOW - DAY))
    tell(daemon, activity(began=NOW, at=NOW, status=status))
    daemon.clock.now = NOW + 3 * DAY
    daemon.live_reports.run_once()
    late = the_job(daemon)
    assert "overdue" in late["conditions"]
    daemon.timekeeper.mark()
    daemon.restart()
    assert the_job(daemon) == late


@pytest.mark.parametrize("status", ["Progress", "Completed"])
def test_nobody_is_late_because_the_daemon_started_twice(daemon: Daemon, status: str) -> None:
    """In the seconds after its first start hardly anybody could be heard."""
    daemon.upload(duplicati_report(began=NOW - DAY))
    tell(daemon, activity(began=NOW, at=NOW, status=status))
    daemon.clock.now = NOW + 2 * MINUTE
    daemon.live_reports.run_once()
    daemon.timekeeper.mark()
    daemon.clock.now = NOW + DAY + 5 * HOUR
    daemon.restart()
    first = the_job(daemon)["conditions"]
    assert "overdue" not in first
    for _ in range(2):
        daemon.clock.now += 10 * SECOND
        daemon.timekeeper.mark()
        daemon.restart()
    assert the_job(daemon)["conditions"] == first


def test_what_was_late_stays_so_however_often_the_daemon_starts(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - DAY))
    tell(daemon, activity(began=NOW, at=NOW))
    daemon.clock.now = NOW + 3 * DAY
    daemon.live_reports.run_once()
    for _ in range(3):
        daemon.timekeeper.mark()
        daemon.clock.now += MINUTE
        daemon.restart()
        assert "overdue" in the_job(daemon)["conditions"]


def test_a_deleted_job_is_made_again_when_it_is_heard_of(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    daemon.store.delete_job(1, BY)
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
