"""Changes of a job: who may make them, which are refused, what is logged."""

import logging

import pytest

from exporter.logs import HumanFormatter
from exporter.schedule.expressions import parse_schedule
from tests.api.resources.changing import BEGAN, CHANGES, Json, change
from tests.support.changes import changed, problems
from tests.support.daemon import ADMIN_TOKEN, Daemon
from tests.support.reports_builder import duplicati_report


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


@pytest.mark.parametrize(
    "body",
    [
        {"schedule": "sometimes"},
        {"schedule": "every moon"},
        {"schedule": "cron 99 * * * *"},
        {"schedule": "cron 0 0 30 2 *"},
        {"schedule": "cron 0 3 * * * Mars/Base"},
        {"schedule": ""},
        {"schedule": 12},
        {"schedule": ["auto"]},
        {"tolerance": "soon"},
        {"tolerance": "0h"},
        {"tolerance": 3600},
        {"paused": "yes"},
        {"paused": None},
        {"paused": 1},
        {"cleared": "now"},
        {"muteFor": "soon"},
        {"muteFor": "0h"},
        {"muteFor": "11000d"},
        {"muteFor": 3600},
        {"muteFor": True},
        {"mutedUntil": "2026-01-15T00:00:00Z"},
        {"tags": "prod"},
        {"tags": ["prod", 5]},
        {"tags": ["a b"]},
        {"tags": ["a,b"]},
        {"tags": [""]},
        {"tags": ["a" * 41]},
        {"tags": [f"tag-{number}" for number in range(21)]},
        {"tags": None},
        {"pause": True},
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_set(two: Daemon, body: Json) -> None:
    before = two.get("/api/jobs/1")
    right = {"schedule": "off", "tolerance": "3h", "paused": True}
    found = problems(change(two.client, "PATCH", "/api/jobs/1", {**right, **body}))
    assert list(found) == list(body)
    assert two.get("/api/jobs/1") == before


def test_a_wrong_field_is_answered_with_what_it_must_be(two: Daemon) -> None:
    body = {"schedule": 12, "tolerance": 3600, "paused": "yes", "pause": True}
    assert problems(change(two.client, "PATCH", "/api/jobs/1", body)) == {
        "schedule": "must be null or a text, as auto, off, every 12h, cron 0 3 * * 1-5",
        "tolerance": "must be null or a duration, as 30m or 2h",
        "paused": "must be true or false",
        "pause": "is unknown; expected one of schedule, tolerance, paused, cleared, muteFor, tags",
    }


def test_a_text_that_is_not_a_schedule_is_answered_with_what_is_allowed(two: Daemon) -> None:
    found = problems(change(two.client, "PATCH", "/api/jobs/1", {"schedule": "sometimes"}))
    with pytest.raises(ValueError, match="sometimes") as refused:
        parse_schedule("sometimes")
    assert found == {"schedule": str(refused.value)}


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


def test_a_job_that_is_deleted_lowers_the_counters_and_leaves_the_others(
    two_servers: Daemon,
) -> None:
    changed(two_servers, "DELETE", "/api/jobs/2")
    summary = two_servers.get("/api/summary")
    assert (summary["totalServers"], summary["totalBackupJobs"]) == (2, 2)
    assert (summary["successfulBackups"], summary["failedBackups"]) == (2, 0)
    assert two_servers.client.simulate_get("/api/jobs/2").status_code == 404
    assert two_servers.get("/api/lastbackups/2")["backupJobsCount"] == 1
