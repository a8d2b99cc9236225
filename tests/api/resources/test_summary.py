from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.support.daemon import CREATED, NOW, Daemon
from tests.support.reports_builder import documented_report, duplicati_report

BEGAN = NOW - 2 * HOUR


def test_an_empty_fleet_was_updated_when_its_database_was_made(daemon: Daemon) -> None:
    assert daemon.get("/api/summary") == {
        "totalServers": 0,
        "totalBackupJobs": 0,
        "successfulBackups": 0,
        "failedBackups": 0,
        "overdueBackups": 0,
        "lastUpdated": format_timestamp(CREATED),
        "lastReport": None,
        "failingBackups": 0,
        "interruptedRuns": 0,
        "state": "ok",
    }


def test_the_summary_counts_servers_jobs_and_runs(daemon: Daemon) -> None:
    for n, status in enumerate(["Success", "Warning", "Error", "Fatal", "Unknown"]):
        daemon.upload(duplicati_report(began=BEGAN - n * DAY, status=status))
    daemon.upload(duplicati_report(began=BEGAN, backup="Photos"))
    daemon.clock.now += MINUTE
    daemon.upload(documented_report(began=BEGAN))
    assert daemon.get("/api/summary") == {
        "totalServers": 2,
        "totalBackupJobs": 3,
        "successfulBackups": 4,
        "failedBackups": 3,
        "overdueBackups": 0,
        "lastUpdated": format_timestamp(NOW + MINUTE),
        "lastReport": format_timestamp(NOW + MINUTE),
        "failingBackups": 0,
        "interruptedRuns": 0,
        "state": "ok",
    }


def test_a_backup_turns_overdue_by_time_alone_on_every_route_at_once(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, duration=HOUR))
    deadline = BEGAN + DAY + HOUR + HOUR
    seen = []
    for now in (deadline, deadline + 1):
        daemon.clock.now = now
        series = daemon.series()
        (overdue,) = [name for name in series if name.startswith("duplistatus_backup_overdue{")]
        seen.append(
            (
                daemon.get("/api/summary")["overdueBackups"],
                daemon.get("/api/jobs/1")["job"]["overdue"],
                len(daemon.get("/api/jobs", overdue="true")["jobs"]),
                series["duplistatus_overdue_backups"],
                series[overdue],
            )
        )
    assert seen == [(0, False, 0, 0, 0), (1, True, 1, 1, 1)]


def test_a_run_that_fails_is_failing_and_not_overdue(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, status="Fatal", duration=None))
    assert daemon.get("/api/summary")["overdueBackups"] == 0
    assert len(daemon.get("/api/jobs", failing="true")["jobs"]) == 1


def test_a_report_that_comes_late_updates_the_fleet_at_its_arrival(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - 20 * DAY))
    assert daemon.get("/api/summary")["lastUpdated"] == format_timestamp(NOW)


def test_the_summary_tells_failing_backups_interrupted_runs_and_the_state(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, data={"Interrupted": True}))
    daemon.upload(duplicati_report(began=BEGAN + HOUR, data={"Interrupted": True}))
    assert told(daemon) == (0, 2, "warning")
    daemon.upload(duplicati_report(began=BEGAN, backup="Photos", status="Error"))
    assert told(daemon) == (1, 2, "critical")


def told(daemon: Daemon) -> tuple[object, ...]:
    data = daemon.get("/api/summary")
    return data["failingBackups"], data["interruptedRuns"], data["state"]
