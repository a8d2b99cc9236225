"""A run that fails and whose report is lost: a fatal run, until its report comes."""

import pytest

from exporter.model.live import (
    REPORT_TIMEOUT,
    RUN_MATCH_TOLERANCE,
)
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, format_timestamp
from tests.support.daemon import NOW, Daemon
from tests.support.live import Fate, Simulator
from tests.support.live_job import LENGTH, fatal_runs, run, series, the_job
from tests.support.reports_builder import duplicati_report


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


def test_one_that_was_reported_is_not_recorded_once_its_report_is_too_old_to_be_kept(
    daemon: Daemon,
) -> None:
    failing = run(Fate.FAILING)
    Simulator(daemon, failing).until(failing.ended + MINUTE)
    daemon.upload(failing.report())
    daemon.clock.now = NOW + 90 * DAY
    daemon.upload(duplicati_report(began=daemon.clock.now - HOUR))  # it no longer tells live
    daemon.store.prune_runs(NOW + DAY, 0)
    assert len(daemon.get("/api/backups")["backups"]) == 1
    daemon.restart()
    daemon.live_reports.run_once()
    assert fatal_runs(daemon) == 1
    assert len(daemon.get("/api/backups")["backups"]) == 1


def test_a_restart_before_it_is_given_up_forgets_no_failed_run(daemon: Daemon) -> None:
    failing = run(Fate.FAILING)
    Simulator(daemon, failing).until(failing.ended + MINUTE)
    daemon.restart()
    daemon.clock.now = failing.ended + DAY
    daemon.live_reports.run_once()
    assert fatal_runs(daemon) == 1
