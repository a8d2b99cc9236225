"""POST /api/jobs: a backup is expected before its first run, in all places where jobs stand."""

from collections.abc import Callable
from typing import Any

import pytest

from exporter.limits import Limits
from exporter.times import DAY, HOUR, format_timestamp
from tests.api.resources.changing import change
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import documented_report, duplicati_report
from tests.support.syncs import sync_report

DUE = NOW + DAY
OVERDUE = DUE + 2 * HOUR
"""An hour for the run, and an hour of tolerance."""

MISSED = "expected 2026-01-16 10:30:00 UTC, no run ever came"


def expect(daemon: Daemon, server: str = "nas", backup: str = "Documents", **more: object) -> Any:  # noqa: ANN401 - JSON
    result = change(
        daemon.client, "POST", "/api/jobs", {"server": server, "backup": backup, **more}
    )
    assert result.status_code == 200, result.text
    return result.json["data"]


def the_job(daemon: Daemon) -> Any:  # noqa: ANN401 - JSON
    (job,) = daemon.get("/api/jobs")["jobs"]
    return job


def test_it_waits_for_the_first_run(daemon: Daemon) -> None:
    answered = expect(daemon)
    job = the_job(daemon)
    assert answered == {"job": job, "new": True}
    assert (job["server"], job["name"], job["kind"]) == ("nas", "Documents", "backup")
    assert (job["condition"], job["conditions"]) == ("waiting", ["waiting"])
    assert (job["lastRun"], job["lastSuccess"], job["overdue"]) == (None, None, False)
    assert job["expectedStart"] == format_timestamp(DUE)
    assert job["deadline"] == format_timestamp(OVERDUE)
    assert job["scheduleSource"] == "configured"
    assert job["why"] == (
        "Declared on Thursday 15 January 2026, 10:30 UTC, and waiting for the first run. "
        "Expected Friday 16 January 2026, 10:30 UTC, 1 d after that, the default until more is "
        "known; overdue after Friday 16 January 2026, 12:30 UTC, which allows for 1 h for the run "
        "and 1 h of tolerance."
    )


def test_the_sum_of_its_deadline_begins_with_its_declaration(daemon: Daemon) -> None:
    expect(daemon, schedule="every 12h")
    told = daemon.get("/api/jobs/1")["explanation"]
    assert (told["since"], told["sinceWhat"]) == (format_timestamp(NOW), "it was declared")
    assert [term["seconds"] for term in told["terms"]] == [12 * 3600, 3600, 3600]
    assert told["deadline"] == format_timestamp(NOW + 14 * HOUR)


def test_it_is_overdue_an_hour_and_its_tolerance_after_its_time(daemon: Daemon) -> None:
    expect(daemon)
    daemon.clock.now = OVERDUE
    assert the_job(daemon)["condition"] == "waiting"
    daemon.clock.now += 1
    assert the_job(daemon)["conditions"] == ["overdue", "waiting"]
    status = daemon.get("/api/status")
    assert status["state"] == "critical"
    assert status["sentence"] == "The only backup is overdue, 1 has no reported run"
    assert daemon.get("/api/summary")["overdueBackups"] == 1


def test_nothing_says_that_a_run_came(daemon: Daemon) -> None:
    expect(daemon)
    server = daemon.get("/api/lastbackups/nas")
    assert (server["backups"], server["backupJobsCount"]) == ([], 0)
    assert daemon.get("/api/lastbackup/nas")["lastBackup"] is None
    (listed,) = daemon.get("/api/servers")["servers"]
    assert (listed["jobs"], listed["lastReport"]) == (1, None)
    summary = daemon.get("/api/summary")
    assert (summary["totalBackupJobs"], summary["successfulBackups"]) == (1, 0)
    assert summary["lastReport"] is None
    assert summary["lastUpdated"] == server["lastUpdated"]
    sentence = daemon.get("/api/status")["sentence"]
    assert sentence == "The only backup is not known to be fine, 1 has no reported run"


def test_its_metrics_are_those_of_an_expected_job(daemon: Daemon) -> None:
    expect(daemon)
    labels = '{backup="Documents",server="nas",server_id="1"}'
    series = daemon.series()
    of_job = {
        name.removeprefix("duplistatus_backup_"): value
        for name, value in series.items()
        if labels in name
    }
    assert of_job[f"overdue{labels}"] == 0
    assert of_job[f"next_expected_timestamp_seconds{labels}"] == DUE / 1000
    assert of_job[f"deadline_timestamp_seconds{labels}"] == OVERDUE / 1000
    assert not any(name.startswith("last_") for name in of_job)
    daemon.clock.now = OVERDUE + 1
    assert daemon.series()[f"duplistatus_backup_overdue{labels}"] == 1
    assert daemon.series()["duplistatus_overdue_backups"] == 1


REPORTS: dict[str, Callable[[str], bytes]] = {
    "Duplicati's": lambda server: duplicati_report(
        began=NOW - HOUR, server=server, machine_id="m-1"
    ),
    "the documented one": lambda server: documented_report(
        began=NOW - HOUR, server=server, backup="Documents"
    ),
    "a Sync's": lambda server: sync_report(
        began=NOW - HOUR, server=server, backup="Documents", machine_id="m-1"
    ),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_with_its_first_report_it_is_a_job_as_any(
    daemon: Daemon, report: Callable[[str], bytes]
) -> None:
    expect(daemon, schedule="every 12h")
    daemon.upload(report("nas"))
    job = the_job(daemon)
    assert (job["id"], job["conditions"], job["schedule"]) == (1, ["fine"], "every 12h")
    assert job["expectedStart"] == format_timestamp(NOW - HOUR + 12 * HOUR)
    assert expect(daemon)["new"] is False
    assert the_job(daemon) == job


def test_a_server_is_found_by_name_alias_and_machine_id(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR, server="nas", machine_id="m-1"))
    change(daemon.client, "PATCH", "/api/servers/1", {"alias": "Attic"})
    for number, text in enumerate(("nas", "Attic", "m-1")):
        assert expect(daemon, text, f"Photos {number}")["job"]["serverId"] == 1


@pytest.mark.parametrize("backup", ["Photos", "Mail"])
def test_of_several_servers_of_one_name_the_one_with_the_backup_is_meant(
    daemon: Daemon, backup: str
) -> None:
    expect(daemon, "nas", "Mail")
    for number, name in enumerate(("Photos", "Mail", "Music")):
        began = NOW - (9 - number) * HOUR
        daemon.upload(duplicati_report(began=began, backup=name, machine_id=f"m-{number}"))
    jobs = daemon.get("/api/jobs")["jobs"]
    known = next(job for job in jobs if job["name"] == backup and job["lastRun"])
    answered = expect(daemon, "nas", backup)
    assert (answered["new"], answered["job"]["id"]) == (False, known["id"])


def test_a_renamed_backup_is_the_one_that_it_is_now(daemon: Daemon) -> None:
    for number, name in enumerate(("Pictures", "Photos")):
        extra = {"backup-id": "DB-2"}
        daemon.upload(duplicati_report(began=NOW - (2 - number) * HOUR, backup=name, extra=extra))
    answered = expect(daemon, the_job(daemon)["server"], "Pictures")
    assert (answered["new"], answered["job"]["name"]) == (False, "Photos")


def test_declared_again_it_is_expected_from_the_first_time(daemon: Daemon) -> None:
    first = expect(daemon)["job"]
    daemon.clock.now += HOUR
    again = expect(daemon)
    assert (again["new"], again["job"]["expectedStart"]) == (False, first["expectedStart"])


def test_what_is_wrong_is_named_and_makes_nothing(daemon: Daemon) -> None:
    wrong: dict[str, list[dict[str, object]]] = {
        "server": [{"backup": "Documents"}, {"server": " ", "backup": "b"}],
        "backup": [{"server": "nas"}, {"server": "nas", "backup": "x" * 2000}],
        "schedule": [{"server": "nas", "backup": "b", "schedule": "daily"}],
        "tags": [{"server": "nas", "backup": "b", "tags": []}],
    }
    for field, bodies in wrong.items():
        for body in bodies:
            result = change(daemon.client, "POST", "/api/jobs", body)
            assert result.status_code == 400, result.text
            assert field in {each["field"] for each in result.json["details"]}
    assert daemon.get("/api/jobs")["jobs"] == []
    assert daemon.get("/api/servers")["servers"] == []


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("wrong", 403)])
def test_only_an_admin_may(daemon: Daemon, token: str | None, status: int) -> None:
    body = {"server": "nas", "backup": "Documents"}
    assert change(daemon.client, "POST", "/api/jobs", body, token).status_code == status
    assert daemon.get("/api/jobs")["jobs"] == []


def test_who_did_it_is_noted(daemon: Daemon) -> None:
    expect(daemon, schedule="every 12h")
    result = change(daemon.client, "GET", "/api/audit")
    assert [each["what"] for each in result.json["data"]["audit"]] == ["job.set", "job.expect"]


def test_no_more_jobs_are_made_than_allowed(daemon: Daemon) -> None:
    daemon.store.record_by(Limits(max_jobs=1), None)
    expect(daemon)
    result = change(daemon.client, "POST", "/api/jobs", {"server": "nas", "backup": "Photos"})
    assert result.status_code == 429
    assert "max_jobs" in result.json["message"]
    assert the_job(daemon)["name"] == "Documents"


def test_it_is_deleted_as_any(daemon: Daemon) -> None:
    expect(daemon)
    assert change(daemon.client, "DELETE", "/api/jobs/1").status_code == 200
    assert daemon.get("/api/jobs")["jobs"] == []
