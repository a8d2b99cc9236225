import logging
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from falcon import testing

from api.app import Services, create_app
from exporter.auth import Authorizer, Scope
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.ingest.live import LiveReportService
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper
from exporter.logs import HumanFormatter
from exporter.schedule.expressions import Every
from exporter.schedule.policy import Override, SchedulePolicy
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.support.changes import changed
from tests.support.daemon import ADMIN_TOKEN, CREATED, NOW, Clock, Daemon
from tests.support.reports_builder import duplicati_report

BEGAN = NOW - HOUR
DEADLINE = BEGAN + DAY + MINUTE + HOUR
"""Of a job that tells no schedule: a day, the minute it took, the tolerance."""

CHANGES = [("PATCH", "/api/jobs/1"), ("DELETE", "/api/jobs/1")]

Json = Mapping[str, Any]


@pytest.fixture
def two(daemon: Daemon) -> Daemon:
    """Jobs 1, Documents, and 2, Mail, of the server nas."""
    daemon.upload(duplicati_report(began=BEGAN))
    daemon.upload(duplicati_report(began=BEGAN, backup="Mail", next_scheduled=NOW + 9 * DAY))
    return daemon


def change(
    client: testing.TestClient,
    method: str,
    path: str,
    body: object = None,
    token: str | None = ADMIN_TOKEN,
) -> testing.Result:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.simulate_request(method, path, json=body, headers=headers)


def set_job(client: testing.TestClient, body: Json, job_id: int = 1) -> Json:
    result = change(client, "PATCH", f"/api/jobs/{job_id}", body)
    assert result.status_code == 200, result.text
    job: Json = result.json["data"]["job"]
    return job


def problems(result: testing.Result) -> dict[str, str]:
    assert (result.status_code, result.json["error"]) == (400, "ValidationError"), result.text
    return {each["field"]: each["message"] for each in result.json.get("details", [])}


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_who_sends_no_token_is_told_how_and_who_sends_a_wrong_one_is_refused(
    two: Daemon, method: str, path: str
) -> None:
    before = two.get("/api/jobs")
    for number in ("1", "99", "x"):
        missing = change(two.client, method, path.replace("1", number), {"paused": True}, None)
        assert (missing.status_code, missing.json["error"]) == (401, "AuthenticationError")
        assert missing.headers["www-authenticate"].startswith("Bearer ")
        wrong = change(two.client, method, path.replace("1", number), {"paused": True}, "wrong")
        assert (wrong.status_code, wrong.json["error"]) == (403, "ForbiddenError")
    assert two.get("/api/jobs") == before


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_job_that_nobody_knows_is_not_found(two: Daemon, method: str, path: str) -> None:
    result = change(two.client, method, path.replace("1", "99"), {"paused": True})
    assert (result.status_code, result.json["message"]) == (404, "Job not found")


@pytest.mark.parametrize("text", ["0", "-1", "Documents", "1.5"])
def test_a_job_is_given_by_its_id_only(two: Daemon, text: str) -> None:
    for method, path in [*CHANGES, ("GET", "/api/jobs/1")]:
        result = change(two.client, method, path.replace("1", text), {"paused": True})
        assert problems(result) == {}
        assert result.json["message"] == "Invalid job ID format"


WHY = (
    "Expected Thursday 15 January 2026, 21:30 UTC, 12 h after its last start, as configured; "
    "overdue after Thursday 15 January 2026, 23:01 UTC, which allows for 1 min for the run and "
    "1 h 30 min of tolerance."
)


def test_a_job_is_answered_with_all_that_is_expected_of_it(two: Daemon) -> None:
    job = set_job(two.client, {"schedule": "every 12h", "tolerance": "90m", "paused": False})
    last = job["lastRun"]
    assert {**job, "lastRun": None} == {
        "id": 1,
        "serverId": 1,
        "server": "nas",
        "name": "Documents",
        "formerly": [],
        "possibleDuplicateOf": None,
        "condition": "fine",
        "conditions": ["fine"],
        "schedule": "every 12h",
        "tolerance": "1h30m",
        "paused": False,
        "settings": {"schedule": "every 12h", "tolerance": "1h30m", "cleared": None},
        "expectedStart": format_timestamp(BEGAN + 12 * HOUR),
        "deadline": format_timestamp(BEGAN + 12 * HOUR + MINUTE + 90 * MINUTE),
        "scheduleSource": "configured",
        "why": WHY,
        "notBelieved": [],
        "overdue": False,
        "lateBySeconds": 0,
        "running": None,
        "lastRun": None,
        "lastSuccess": format_timestamp(BEGAN + MINUTE),
        "newestVersion": None,
        "interruptedRuns": 0,
        "secondCopies": [],
        "secondCopiesMissed": None,
        "lastRestore": None,
        "lastCompact": None,
    }
    assert (last["startTime"], last["status"]) == (format_timestamp(BEGAN), "success")
    assert two.get("/api/jobs/1")["job"] == job
    assert two.get("/api/jobs")["jobs"][0] == job


def test_a_job_that_is_off_is_expected_never(two: Daemon) -> None:
    job = set_job(two.client, {"schedule": "off"})
    expected = [job[key] for key in ("expectedStart", "deadline", "scheduleSource", "overdue")]
    assert expected == [None, None, None, False]


@pytest.mark.parametrize(
    ("body", "field", "allowed"),
    [
        ({"schedule": "sometimes"}, "schedule", '"auto", "off", "every 12h"'),
        ({"schedule": "every moon"}, "schedule", "a number and w, d, h, m or s"),
        ({"schedule": "cron 99 * * * *"}, "schedule", "write it as 0 3 * * 1-5"),
        ({"schedule": "cron 0 0 30 2 *"}, "schedule", "0 0 30 2 *"),
        ({"schedule": "cron 0 3 * * * Mars/Base"}, "schedule", "write one as Europe/Berlin"),
        ({"schedule": ""}, "schedule", '"auto", "off"'),
        ({"schedule": 12}, "schedule", "null or a text, as auto, off, every 12h"),
        ({"schedule": ["auto"]}, "schedule", "null or a text"),
        ({"tolerance": "soon"}, "tolerance", "a number and w, d, h, m or s"),
        ({"tolerance": "0h"}, "tolerance", "more than 0s and at most ten years"),
        ({"tolerance": 3600}, "tolerance", "null or a duration, as 30m or 2h"),
        ({"paused": "yes"}, "paused", "true or false"),
        ({"paused": None}, "paused", "true or false"),
        ({"paused": 1}, "paused", "true or false"),
        ({"cleared": "now"}, "cleared", "true or false"),
        (
            {"pause": True},
            "pause",
            "is unknown; expected one of schedule, tolerance, paused, cleared",
        ),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed_and_nothing_is_set(
    two: Daemon, body: Json, field: str, allowed: str
) -> None:
    before = two.get("/api/jobs/1")
    right = {"schedule": "off", "tolerance": "3h", "paused": True}
    found = problems(change(two.client, "PATCH", "/api/jobs/1", {**right, **body}))
    assert list(found) == [field]
    assert allowed in found[field]
    assert two.get("/api/jobs/1") == before


def test_all_wrong_fields_are_named_at_once(two: Daemon) -> None:
    body = {"schedule": 5, "tolerance": "soon", "paused": "no", "name": "x"}
    assert set(problems(change(two.client, "PATCH", "/api/jobs/1", body))) == set(body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"true"])
def test_a_body_that_changes_nothing_is_refused(two: Daemon, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    assert problems(two.client.simulate_patch("/api/jobs/1", body=body, headers=headers)) == {}


def test_a_job_that_is_not_shown_for_it_never_made_a_backup_cannot_be_set(two: Daemon) -> None:
    two.upload(duplicati_report(began=BEGAN, backup="Attic", operation="Restore"))
    before = two.store.snapshot()
    assert two.client.simulate_get("/api/jobs/3").status_code == 404
    assert change(two.client, "PATCH", "/api/jobs/3", {"paused": True}).status_code == 404
    assert two.store.snapshot() == before


POLICY = SchedulePolicy(
    expected_interval=2 * DAY,
    tolerance=3 * HOUR,
    overrides=(Override("nas", "Doc*", plan=Every(6 * HOUR), tolerance=2 * HOUR),),
)


@pytest.fixture
def configured(tmp_path: Path) -> Iterator[testing.TestClient]:
    """A daemon whose file sets another schedule for Documents, job 1, than for Mail, job 2."""
    with closing(Store(tmp_path / "configured.sqlite")) as store:
        fleet, clock = Fleet(POLICY, CREATED), Clock()
        store.follow(fleet)
        self_metrics = SelfMetrics("1.2.3", store.size_bytes)
        exposition = Exposition(fleet, clock, self_metrics)
        timekeeper = Timekeeper(store, fleet, self_metrics, clock, clock)
        services = Services(
            store=store,
            fleet=fleet,
            timekeeper=timekeeper,
            live_reports=LiveReportService(store, fleet, self_metrics, clock, timekeeper),
            exposition=exposition,
            self_metrics=self_metrics,
            refusals=Refusals(store),
            clock=clock,
            version="1.2.3",
            authorizer=Authorizer.from_entries({Scope.MANAGE: [ADMIN_TOKEN]}),
        )
        client = testing.TestClient(create_app(services))
        for backup in ("Documents", "Mail"):
            body = duplicati_report(began=BEGAN, backup=backup)
            assert client.simulate_post("/api/upload", body=body).status_code == 200
        yield client


def settings_of(client: testing.TestClient, job_id: int) -> tuple[str, str]:
    job = client.simulate_get(f"/api/jobs/{job_id}").json["data"]["job"]
    return job["schedule"], job["tolerance"]


def test_null_resets_a_setting_to_the_configuration(configured: testing.TestClient) -> None:
    assert settings_of(configured, 1) == ("every 6h", "2h")
    assert settings_of(configured, 2) == ("auto", "3h")
    for job_id in (1, 2):
        set_job(configured, {"schedule": "every 1d", "tolerance": "5h"}, job_id)
        assert settings_of(configured, job_id) == ("every 1d", "5h")
    set_job(configured, {"schedule": None})
    assert settings_of(configured, 1) == ("every 6h", "5h")
    set_job(configured, {"tolerance": None})
    assert settings_of(configured, 1) == ("every 6h", "2h")
    set_job(configured, {"schedule": None, "tolerance": None}, 2)
    assert settings_of(configured, 2) == ("auto", "3h")


def test_auto_follows_the_reports_even_against_the_configuration(
    configured: testing.TestClient,
) -> None:
    job = set_job(configured, {"schedule": "auto"})
    assert (job["schedule"], job["scheduleSource"]) == ("auto", "default")
    assert job["settings"] == {"schedule": "auto", "tolerance": None, "cleared": None}
    assert job["expectedStart"] == format_timestamp(BEGAN + 2 * DAY)


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


@pytest.mark.parametrize(
    ("method", "body", "told"),
    [
        ("PATCH", {"schedule": "every 2h"}, 'info job changed job_id=1 schedule="every 2h"'),
        ("PATCH", {"paused": True}, "info job changed job_id=1 paused=true"),
        ("PATCH", {"tolerance": None}, "info job changed job_id=1"),
        ("DELETE", None, "warning job deleted job_id=1"),
    ],
)
def test_each_change_is_logged_once_and_without_the_token(
    two: Daemon, caplog: pytest.LogCaptureFixture, method: str, body: Json, told: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert change(two.client, method, "/api/jobs/1", body).status_code == 200
        assert change(two.client, method, "/api/jobs/1", body, "wrong").status_code == 403
    lines = [HumanFormatter().format(record) for record in caplog.records]
    assert len([line for line in lines if told in line]) == 1
    assert not [line for line in lines if ADMIN_TOKEN in line]


PLANNED_FROM = NOW - DAY
WHY_AS_PLANNED = (
    "Expected Wednesday 14 January 2026, 22:30 UTC, as Duplicati planned it with the run of "
    "Wednesday 14 January 2026, 10:30 UTC; overdue after Wednesday 14 January 2026, 23:31 UTC, "
    "which allows for 1 min for the run and 1 h of tolerance."
)


def test_a_job_is_told_with_what_is_expected_of_it(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=PLANNED_FROM, next_scheduled=PLANNED_FROM + 12 * HOUR))
    (job,) = daemon.get("/api/jobs")["jobs"]
    last_run = daemon.get("/api/lastbackup/1")["lastBackup"]
    assert job == {
        "formerly": [],
        "possibleDuplicateOf": None,
        "condition": "overdue",
        "conditions": ["overdue"],
        "lastSuccess": format_timestamp(PLANNED_FROM + MINUTE),
        "newestVersion": None,
        "interruptedRuns": 0,
        "secondCopies": [],
        "secondCopiesMissed": None,
        "lastRestore": None,
        "lastCompact": None,
        "id": 1,
        "serverId": 1,
        "server": "nas",
        "name": "Documents",
        "schedule": "auto",
        "tolerance": "1h",
        "paused": False,
        "settings": {"schedule": None, "tolerance": None, "cleared": None},
        "expectedStart": format_timestamp(PLANNED_FROM + 12 * HOUR),
        "deadline": format_timestamp(PLANNED_FROM + 13 * HOUR + MINUTE),
        "scheduleSource": "reported",
        "why": WHY_AS_PLANNED,
        "notBelieved": [],
        "overdue": True,
        "lateBySeconds": 11 * 3600 - 60,
        "running": None,
        "lastRun": {**last_run, "reason": None},
    }
    assert daemon.get("/api/jobs/1")["job"] == job


@pytest.mark.parametrize(
    ("schedule", "expected", "source"),
    [
        ("every 12h", "2026-01-15T21:30:00.000Z", "configured"),
        ("cron 0 3 * * 1-5 Europe/Berlin", "2026-01-16T02:00:00.000Z", "configured"),
        ("cron 0 3 * * 0", "2026-01-18T03:00:00.000Z", "configured"),
        ("auto", "2026-01-16T09:30:00.000Z", "default"),
        (None, "2026-01-16T09:30:00.000Z", "default"),
    ],
)
def test_a_job_is_due_as_a_person_set_it(
    two_servers: Daemon, schedule: str | None, expected: str, source: str
) -> None:
    job = changed(two_servers, "PATCH", "/api/jobs/1", {"schedule": schedule, "tolerance": "2h"})[
        "job"
    ]
    assert two_servers.get("/api/jobs/1")["job"] == job
    assert isinstance(job, dict)
    assert (job["expectedStart"], job["scheduleSource"]) == (expected, source)
    assert job["tolerance"] == "2h"


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


def test_a_job_that_is_deleted_lowers_the_counters_and_leaves_the_others(
    two_servers: Daemon,
) -> None:
    changed(two_servers, "DELETE", "/api/jobs/2")
    summary = two_servers.get("/api/summary")
    assert (summary["totalServers"], summary["totalBackupJobs"]) == (2, 2)
    assert (summary["successfulBackups"], summary["failedBackups"]) == (2, 0)
    assert two_servers.client.simulate_get("/api/jobs/2").status_code == 404
    assert two_servers.get("/api/lastbackups/2")["backupJobsCount"] == 1
