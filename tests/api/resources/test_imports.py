"""POST /api/import and PUT /api/jobs/{id}/planned."""

from typing import Any

import pytest
from falcon import testing

from api.resources.imports import MAX_REPORTS
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.support.daemon import ADMIN_TOKEN, MAX_UPLOAD_BYTES, NOW, Daemon
from tests.support.reports_builder import duplicati_report
from tests.support.syncs import sync_report

BEGAN = NOW - 30 * DAY
BODY = duplicati_report(began=BEGAN).decode()


def ask(daemon: Daemon, method: str, path: str, body: object) -> testing.Result:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    return daemon.client.simulate_request(method, path, json=body, headers=headers)


def take(daemon: Daemon, *entries: object, **asked: object) -> list[dict[str, Any]]:
    result = ask(daemon, "POST", "/api/import", {"reports": entries, **asked})
    assert result.status_code == 200, result.text
    results: list[dict[str, Any]] = result.json["data"]["results"]
    return results


def test_each_report_gets_its_outcome_in_order(daemon: Daemon) -> None:
    results = take(daemon, {"body": BODY}, {"body": "?"}, {"body": BODY})
    assert [each["outcome"] for each in results] == ["recorded", "not understood", "known"]
    assert results[0]["backupId"] == results[2]["backupId"] == 1
    assert results[1]["reason"]
    (backup,) = daemon.get("/api/backups")["backups"]
    assert (backup["startTime"], backup["serverId"]) == (format_timestamp(BEGAN), 1)


def test_a_dry_run_records_nothing(daemon: Daemon) -> None:
    (result,) = take(daemon, {"body": BODY}, dryRun=True)
    assert result["outcome"] == "recorded"
    assert daemon.get("/api/backups")["backups"] == []
    assert daemon.get("/api/servers")["servers"] == []


def test_a_server_is_named_as_in_the_url_of_an_upload(daemon: Daemon) -> None:
    body = duplicati_report(began=BEGAN, server=None, machine_id=None).decode()
    take(daemon, {"body": body, "server": "attic"})
    assert daemon.get("/api/servers")["servers"][0]["name"] == "attic"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ([], "body"),
        ({"reports": [BODY]}, "body"),
        ({"reports": [{"body": BODY, "color": "red"}]}, "body"),
        ({"reports": {}}, "body"),
        ({"reports": [{"body": ["x"]}]}, "body"),
        ({"reports": [{"body": "x", "source": "invented"}]}, "body"),
        ({"reports": []}, "reports"),
        ({"reports": [{"body": "x"}] * (MAX_REPORTS + 1)}, "reports"),
        ({"reports": [{"body": "x"}, {"body": "x", "server": ""}]}, "reports[1].server"),
        ({"reports": [{"body": "x", "received": "soon"}]}, "reports[0].received"),
        ({"reports": [{"body": "x", "received": "0001-01-01"}]}, "reports[0].received"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(daemon: Daemon, asked: object, field: str) -> None:
    result = ask(daemon, "POST", "/api/import", asked)
    assert result.status_code == 400, result.text
    assert [each["field"] for each in result.json["details"]] == [field]


def test_too_large_a_request_says_what_to_do(daemon: Daemon) -> None:
    result = ask(daemon, "POST", "/api/import", {"reports": [{"body": "x" * MAX_UPLOAD_BYTES}]})
    assert result.status_code == 413
    assert "send fewer" in result.json["message"]


def test_a_planned_start_is_what_is_expected(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    planned = {"start": "2026-01-16T01:00:00Z", "interval": "1d"}
    result = ask(daemon, "PUT", "/api/jobs/1/planned", planned)
    job = result.json["data"]["job"]
    assert (job["expectedStart"], job["scheduleSource"]) == ("2026-01-16T01:00:00.000Z", "reported")
    daemon.restart()
    assert daemon.get("/api/jobs/1")["job"] == job


def test_an_error_that_is_of_no_run_is_told_until_there_is_none(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    error = {"time": format_timestamp(NOW - DAY), "message": "no\nroute"}
    result = ask(daemon, "PUT", "/api/jobs/1/planned", {"lastError": error})
    assert result.json["data"]["job"]["duplicatiError"] == error | {"message": "no route"}
    daemon.restart()
    assert daemon.get("/api/jobs/1")["job"] == result.json["data"]["job"]
    result = ask(daemon, "PUT", "/api/jobs/1/planned", {"lastError": None})
    assert result.json["data"]["job"]["duplicatiError"] is None


@pytest.mark.parametrize(("skew", "known"), [(0, False), (7200, True), (-7200, False)])
def test_an_error_by_a_wrong_clock_is_of_the_run_that_died_then(
    daemon: Daemon, skew: int, *, known: bool
) -> None:
    daemon.upload(duplicati_report(began=NOW + 2 * HOUR - MINUTE, duration=None, status="Fatal"))
    error = {"time": format_timestamp(NOW + 2 * HOUR), "message": "no"}
    told = {"lastError": error, "skewSeconds": skew}
    result = ask(daemon, "PUT", "/api/jobs/1/planned", told)
    assert (result.json["data"]["job"]["duplicatiError"] is None) == known


def test_a_run_without_a_report_gives_way_to_its_report(daemon: Daemon) -> None:
    (result,) = take(
        daemon, {"body": BODY, "source": "pulled", "received": format_timestamp(BEGAN + HOUR)}
    )
    (pulled,) = daemon.get("/api/backups")["backups"]
    assert (pulled["source"], pulled["received"]) == ("pulled", format_timestamp(BEGAN + HOUR))
    (again,) = take(daemon, {"body": BODY})
    assert again["backupId"] == result["backupId"]
    (reported,) = daemon.get("/api/backups")["backups"]
    assert reported["source"] == "report"


def test_what_a_person_set_wins_over_a_planned_start(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    ask(daemon, "PATCH", "/api/jobs/1", {"schedule": "every 12h"})
    result = ask(daemon, "PUT", "/api/jobs/1/planned", {"start": "2026-01-16T01:00:00Z"})
    assert result.json["data"]["job"]["scheduleSource"] == "configured"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"interval": "1d"}, "start"),
        ({"start": 5}, "start"),
        ({"start": "0001-01-01T00:00:00Z"}, "start"),
        ({"start": "2026-01-16T01:00:00Z", "interval": 5}, "interval"),
        ({"start": "2026-01-16T01:00:00Z", "interval": "often"}, "interval"),
        ({"start": "2026-01-16T01:00:00Z", "ends": "never"}, "ends"),
        ({"lastError": "no"}, "lastError"),
        ({"lastError": {"time": "2026-01-16T01:00:00Z"}}, "lastError"),
        ({"lastError": {"time": "2026-01-16T01:00:00Z", "message": " "}}, "lastError"),
        ({"lastError": {"time": "soon", "message": "no"}}, "lastError"),
        ({"lastError": None, "skewSeconds": "5"}, "skewSeconds"),
        ({"lastError": None, "skewSeconds": 1.5}, "skewSeconds"),
        ({"lastError": None, "skewSeconds": True}, "skewSeconds"),
        ({"lastError": None, "skewSeconds": 253_402_300_800}, "skewSeconds"),
        ({"lastError": None, "skewSeconds": -253_402_300_800}, "skewSeconds"),
        ({"skewSeconds": 5}, "lastError"),
    ],
)
def test_what_is_wrong_with_a_plan_is_named(
    daemon: Daemon, body: dict[str, object], field: str
) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    result = ask(daemon, "PUT", "/api/jobs/1/planned", body)
    assert result.status_code == 400, result.text
    assert [each["field"] for each in result.json["details"]] == [field]


@pytest.mark.parametrize(("job", "status"), [("9", 404), ("Documents", 400)])
def test_a_plan_needs_a_job(daemon: Daemon, job: str, status: int) -> None:
    planned = {"start": "2026-01-16T01:00:00Z"}
    assert ask(daemon, "PUT", f"/api/jobs/{job}/planned", planned).status_code == status


def test_a_job_that_an_import_renames_has_all_of_its_runs(daemon: Daemon) -> None:
    """A backup takes its name from a Sync job, of which a later run comes before it in the list."""
    daemon.upload(sync_report(began=BEGAN, backup="Photos"))
    later = sync_report(began=BEGAN + 2 * DAY, backup="Photos", status="Error").decode()
    backup = duplicati_report(began=BEGAN + DAY, backup="Photos").decode()
    take(daemon, {"body": later}, {"body": backup})
    told = daemon.get("/api/jobs")["jobs"], daemon.get("/api/summary")
    daemon.restart()
    assert (daemon.get("/api/jobs")["jobs"], daemon.get("/api/summary")) == told
    assert [job["lastRun"]["status"] for job in told[0]] == ["error", "success"]
