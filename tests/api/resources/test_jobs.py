"""What a job is answered with: its settings and what is expected of it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from falcon import testing

from api.app import create_app
from api.services import Services
from exporter.auth import Authorizer, Scope
from exporter.conditions.standing import Standing
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.fleet.volumes import Volumes
from exporter.ingest.live import LiveReportService
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper
from exporter.schedule.expressions import Every
from exporter.schedule.policy import Override, SchedulePolicy
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.api.resources.changing import BEGAN, set_job
from tests.support.changes import changed
from tests.support.daemon import ADMIN_TOKEN, CREATED, NOW, Clock, Daemon
from tests.support.reports_builder import duplicati_report

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
        "kind": "backup",
        "formerly": [],
        "possibleDuplicateOf": None,
        "condition": "fine",
        "conditions": ["fine"],
        "mutedUntil": None,
        "tags": [],
        "schedule": "every 12h",
        "tolerance": "1h30m",
        "paused": False,
        "settings": {
            "schedule": "every 12h",
            "tolerance": "1h30m",
            "cleared": None,
            "mutedUntil": None,
            "tags": [],
        },
        "expectedStart": format_timestamp(BEGAN + 12 * HOUR),
        "deadline": format_timestamp(BEGAN + 12 * HOUR + MINUTE + 90 * MINUTE),
        "scheduleSource": "configured",
        "why": WHY,
        "notBelieved": [],
        "overdue": False,
        "lateBySeconds": 0,
        "heldUp": None,
        "running": None,
        "lastRun": None,
        "lastSuccess": format_timestamp(BEGAN + MINUTE),
        "newestVersion": None,
        "interruptedRuns": 0,
        "secondCopies": [],
        "secondCopiesMissed": None,
        "lastRestore": None,
        "lastCompact": None,
        "duplicatiError": None,
    }
    assert (last["startTime"], last["status"]) == (format_timestamp(BEGAN), "success")
    assert two.get("/api/jobs/1")["job"] == job
    assert two.get("/api/jobs")["jobs"][0] == job


def test_a_job_that_is_off_is_expected_never(two: Daemon) -> None:
    job = set_job(two.client, {"schedule": "off"})
    expected = [job[key] for key in ("expectedStart", "deadline", "scheduleSource", "overdue")]
    assert expected == [None, None, None, False]


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
            standing=Standing(fleet),
            volumes=Volumes(fleet),
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
    assert job["settings"] == {
        "schedule": "auto",
        "tolerance": None,
        "cleared": None,
        "mutedUntil": None,
        "tags": [],
    }
    assert job["expectedStart"] == format_timestamp(BEGAN + 2 * DAY)


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
    assert last_run.pop("jobId") == 1
    assert last_run.pop("kind") == "backup"
    assert job == {
        "kind": "backup",
        "formerly": [],
        "possibleDuplicateOf": None,
        "condition": "overdue",
        "conditions": ["overdue"],
        "mutedUntil": None,
        "tags": [],
        "lastSuccess": format_timestamp(PLANNED_FROM + MINUTE),
        "newestVersion": None,
        "interruptedRuns": 0,
        "secondCopies": [],
        "secondCopiesMissed": None,
        "lastRestore": None,
        "lastCompact": None,
        "duplicatiError": None,
        "id": 1,
        "serverId": 1,
        "server": "nas",
        "name": "Documents",
        "schedule": "auto",
        "tolerance": "1h",
        "paused": False,
        "settings": {
            "schedule": None,
            "tolerance": None,
            "cleared": None,
            "mutedUntil": None,
            "tags": [],
        },
        "expectedStart": format_timestamp(PLANNED_FROM + 12 * HOUR),
        "deadline": format_timestamp(PLANNED_FROM + 13 * HOUR + MINUTE),
        "scheduleSource": "reported",
        "why": WHY_AS_PLANNED,
        "notBelieved": [],
        "overdue": True,
        "lateBySeconds": 11 * 3600 - 60,
        "heldUp": None,
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
