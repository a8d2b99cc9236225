"""All answers and metrics agree on which jobs are overdue."""

import pytest

from exporter.times import DAY, HOUR, MINUTE
from tests.api.resources.changing import BEGAN, Json, change, set_job
from tests.support.changes import changed
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

DEADLINE = BEGAN + DAY + MINUTE + HOUR
"""Of a job that tells no schedule: a day, the minute it took, the tolerance."""


def overdue_everywhere(daemon: Daemon) -> list[tuple[str, int]]:
    """Ask every route and metric which jobs are overdue, at one moment."""
    jobs, series = daemon.get("/api/jobs")["jobs"], daemon.series()
    metrics = [
        series[f'duplistatus_backup_overdue{{backup="{job["name"]}",server="nas",server_id="1"}}']
        for job in jobs
    ]
    assert [bool(value) for value in metrics] == [job["overdue"] for job in jobs]
    late = [job for job in jobs if job["overdue"]]
    assert daemon.get("/api/jobs", overdue="true")["jobs"] == late
    assert daemon.get("/api/jobs", overdue="false")["jobs"] == [j for j in jobs if j not in late]
    count = daemon.get("/api/summary")["overdueBackups"]
    assert count == len(late) == series["duplistatus_overdue_backups"]
    return [(job["name"], job["lateBySeconds"]) for job in late]


def names(late: list[tuple[str, int]]) -> list[str]:
    return [name for name, _ in late]


def test_at_one_moment_all_answers_agree_on_what_is_overdue(two: Daemon) -> None:
    assert overdue_everywhere(two) == []
    two.clock.now = DEADLINE
    assert overdue_everywhere(two) == []
    two.clock.now = DEADLINE + 1
    assert overdue_everywhere(two) == [("Documents", 0)]
    two.clock.now = DEADLINE + 90 * MINUTE
    assert overdue_everywhere(two) == [("Documents", 90 * 60)]
    two.clock.now = NOW + 9 * DAY + 2 * HOUR
    assert names(overdue_everywhere(two)) == ["Documents", "Mail"]
    two.restart()
    assert names(overdue_everywhere(two)) == ["Documents", "Mail"]
    two.upload(duplicati_report(began=two.clock.now - MINUTE))
    assert names(overdue_everywhere(two)) == ["Mail"]


@pytest.mark.parametrize("body", [{"paused": True}, {"schedule": "off"}, {"tolerance": "30d"}])
def test_what_a_person_sets_is_agreed_on_at_once(two: Daemon, body: Json) -> None:
    two.clock.now = DEADLINE + 1
    assert overdue_everywhere(two) == [("Documents", 0)]
    set_job(two.client, body)
    assert overdue_everywhere(two) == []
    set_job(two.client, {"paused": False, "schedule": None, "tolerance": None})
    assert overdue_everywhere(two) == [("Documents", 0)]
    change(two.client, "DELETE", "/api/jobs/1")
    assert overdue_everywhere(two) == []


@pytest.mark.parametrize("setting", [{"schedule": "off"}, {"paused": True}])
def test_a_job_that_is_off_or_paused_is_never_overdue(
    two_servers: Daemon, setting: dict[str, object]
) -> None:
    two_servers.clock.now += 30 * DAY
    assert two_servers.get("/api/summary")["overdueBackups"] == 3
    changed(two_servers, "PATCH", "/api/jobs/1", setting)
    assert two_servers.get("/api/summary")["overdueBackups"] == 2
    assert two_servers.get("/api/summary")["totalBackupJobs"] == 3
    assert two_servers.series()["duplistatus_overdue_backups"] == 2
    changed(two_servers, "PATCH", "/api/jobs/1", {"schedule": None, "paused": False})
    assert two_servers.get("/api/summary")["overdueBackups"] == 3
