import pytest
from falcon import testing

from exporter.times import DAY, HOUR, MINUTE, format_moment
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import documented_report, duplicati_report

BEGAN = NOW - HOUR
CHANGES = [
    ("PATCH", "/api/servers/1"),
    ("DELETE", "/api/servers/1"),
    ("POST", "/api/servers/1/merge"),
    ("PATCH", "/api/jobs/1"),
    ("DELETE", "/api/jobs/1"),
]


@pytest.fixture
def two(daemon: Daemon) -> Daemon:
    """Server 1 with job 1, Documents, and server 2 with jobs 2, Documents, and 3, Photos."""
    daemon.upload(duplicati_report(began=BEGAN))
    other = {"Documents": "Error", "Photos": "Success"}
    for backup, status in other.items():
        daemon.upload(
            duplicati_report(
                began=BEGAN - DAY, server="old", machine_id="m-2", backup=backup, status=status
            )
        )
    return daemon


def change(
    daemon: Daemon, method: str, path: str, body: object = None, *, token: str = ADMIN_TOKEN
) -> testing.Result:
    headers = {"Authorization": f"Bearer {token}"}
    return daemon.client.simulate_request(method, path, json=body, headers=headers)


def changed(daemon: Daemon, method: str, path: str, body: object = None) -> dict[str, object]:
    result = change(daemon, method, path, body)
    assert result.status_code == 200, result.text
    assert result.json["status"] == "success"
    data: dict[str, object] = result.json["data"]
    return data


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_without_the_admin_token_nothing_is_changed(two: Daemon, method: str, path: str) -> None:
    before = two.store.everything()
    for given in ({}, {"Authorization": ""}, {"Authorization": f"Basic {ADMIN_TOKEN}"}):
        result = two.client.simulate_request(method, path, json={"alias": "x"}, headers=given)
        assert (result.status_code, result.json["error"]) == (401, "AuthenticationError")
        assert result.headers["www-authenticate"].startswith("Bearer")
    for token in ("wrong", ADMIN_TOKEN[:-1], f"{ADMIN_TOKEN}x", "é" * 16):
        result = change(two, method, path, {"alias": "x"}, token=token)
        assert (result.status_code, result.json["error"]) == (403, "ForbiddenError")
    assert two.store.everything() == before


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_what_is_not_there_can_not_be_changed(daemon: Daemon, method: str, path: str) -> None:
    body: dict[str, object] = {"from": [2]} if "merge" in path else {"alias": "x"}
    if "jobs" in path:
        body = {"paused": True}
    for number in ("1", "9" * 30):
        result = change(daemon, method, path.replace("1", number), body)
        assert (result.status_code, result.json["error"]) == (404, "NotFoundError")


def test_a_server_is_given_an_alias_and_a_note_and_keeps_them(two: Daemon) -> None:
    data = changed(two, "PATCH", "/api/servers/1", {"alias": "Cellar", "note": "Hans asks"})
    (listed, _) = two.get("/api/servers")["servers"]
    assert data == {"server": listed}
    assert (listed["alias"], listed["note"], listed["name"]) == ("Cellar", "Hans asks", "nas")
    two.upload(duplicati_report(began=BEGAN + MINUTE))
    assert two.get("/api/lastbackup/Cellar")["server"]["alias"] == "Cellar"
    changed(two, "PATCH", "/api/servers/1", {"alias": None})
    (listed, _) = two.get("/api/servers")["servers"]
    assert (listed["alias"], listed["note"]) == (None, "Hans asks")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/servers/1", {}),
        ("/api/servers/1", {"alias": 5}),
        ("/api/servers/1", {"alias": ""}),
        ("/api/servers/1", {"name": "x"}),
        ("/api/servers/1", ["alias"]),
        ("/api/jobs/1", {"schedule": "sometimes"}),
        ("/api/jobs/1", {"schedule": "every blue moon"}),
        ("/api/jobs/1", {"schedule": "cron 99 * * * *"}),
        ("/api/jobs/1", {"schedule": "cron 0 3 * * 1-5 Europe/Atlantis"}),
        ("/api/jobs/1", {"schedule": 12}),
        ("/api/jobs/1", {"tolerance": "soon"}),
        ("/api/jobs/1", {"tolerance": -5}),
        ("/api/jobs/1", {"paused": "yes"}),
        ("/api/jobs/1", {"paused": None}),
    ],
)
def test_a_wrong_change_is_refused_whole(two: Daemon, path: str, body: object) -> None:
    before = two.store.everything()
    wrong = {"note": "right", **body} if body and isinstance(body, dict) else body
    for each in (body, wrong):
        result = change(two, "PATCH", path, each)
        assert (result.status_code, result.json["error"]) == (400, "ValidationError")
    assert two.store.everything() == before


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
    two: Daemon, schedule: str | None, expected: str, source: str
) -> None:
    job = changed(two, "PATCH", "/api/jobs/1", {"schedule": schedule, "tolerance": "2h"})["job"]
    assert two.get("/api/jobs/1")["job"] == job
    assert isinstance(job, dict)
    assert (job["expectedStart"], job["scheduleSource"]) == (expected, source)
    assert job["tolerance"] == "2h"


@pytest.mark.parametrize("setting", [{"schedule": "off"}, {"paused": True}])
def test_a_job_that_is_off_or_paused_is_never_overdue(
    two: Daemon, setting: dict[str, object]
) -> None:
    two.clock.now += 30 * DAY
    assert two.get("/api/summary")["overdueBackups"] == 3
    changed(two, "PATCH", "/api/jobs/1", setting)
    assert two.get("/api/summary")["overdueBackups"] == 2
    assert two.get("/api/summary")["totalBackupJobs"] == 3
    assert two.series()["duplistatus_overdue_backups"] == 2
    changed(two, "PATCH", "/api/jobs/1", {"schedule": None, "paused": False})
    assert two.get("/api/summary")["overdueBackups"] == 3


def test_a_server_that_is_deleted_takes_all_it_has_with_it(two: Daemon) -> None:
    changed(two, "DELETE", "/api/servers/2")
    summary = two.get("/api/summary")
    assert (summary["totalServers"], summary["totalBackupJobs"]) == (1, 1)
    assert (summary["successfulBackups"], summary["failedBackups"]) == (1, 0)
    assert [run["id"] for run in two.get("/api/backups")["backups"]] == [1]
    assert two.client.simulate_get("/api/lastbackup/2").status_code == 404
    assert two.client.simulate_get("/api/lastbackup/m-2").status_code == 400


def test_a_job_that_is_deleted_lowers_the_counters_and_leaves_the_others(two: Daemon) -> None:
    changed(two, "DELETE", "/api/jobs/2")
    summary = two.get("/api/summary")
    assert (summary["totalServers"], summary["totalBackupJobs"]) == (2, 2)
    assert (summary["successfulBackups"], summary["failedBackups"]) == (2, 0)
    assert two.client.simulate_get("/api/jobs/2").status_code == 404
    assert two.get("/api/lastbackups/2")["backupJobsCount"] == 1


def test_what_was_deleted_begins_anew_under_new_ids_when_it_reports_again(two: Daemon) -> None:
    changed(two, "DELETE", "/api/servers/1")
    assert two.upload(duplicati_report(began=BEGAN))["serverId"] == 3


def test_merged_servers_are_one_and_jobs_of_one_name_join(two: Daemon) -> None:
    before = two.get("/api/summary")
    changed(two, "POST", "/api/servers/1/merge", {"from": [2]})
    after = two.get("/api/summary")
    assert after == before | {"totalServers": 1, "totalBackupJobs": 2}
    many = two.get("/api/lastbackups/1")
    assert [(run["name"], run["status"]) for run in many["backups"]] == [
        ("Documents", "success"),
        ("Photos", "success"),
    ]
    assert {run["serverId"] for run in two.get("/api/backups")["backups"]} == {1}
    assert two.client.simulate_get("/api/lastbackup/2").status_code == 404
    assert two.get("/api/lastbackup/m-2")["server"]["id"] == 1


def test_later_reports_of_a_merged_server_land_in_the_one_it_became(two: Daemon) -> None:
    two.upload(documented_report(began=BEGAN, server="by name"))
    two.upload(duplicati_report(began=BEGAN, server=None, machine_id=None), sender="192.0.2.99")
    changed(two, "POST", "/api/servers/1/merge", {"from": [2, 3, 4]})
    later = BEGAN + MINUTE
    bodies = [
        duplicati_report(began=later, server="old", machine_id="m-2"),
        documented_report(began=later, server="by name"),
    ]
    assert [two.upload(body)["serverId"] for body in bodies] == [1, 1]
    anonymous = duplicati_report(began=later + MINUTE, server=None, machine_id=None)
    assert two.upload(anonymous, sender="192.0.2.99")["serverId"] == 1


@pytest.mark.parametrize("ids", [[], [1], [2, 1], [99], [2, 99], "2", [True], ["2"], None, [0]])
def test_a_merge_that_can_not_be_done_is_not_half_done(two: Daemon, ids: object) -> None:
    before = two.store.everything()
    assert change(two, "POST", "/api/servers/1/merge", {"from": ids}).status_code in (400, 404)
    assert two.store.everything() == before


def test_the_fleet_after_changes_is_the_fleet_after_a_restart(two: Daemon) -> None:
    changed(two, "PATCH", "/api/jobs/3", {"schedule": "every 2h"})
    changed(two, "POST", "/api/servers/1/merge", {"from": [2]})
    changed(two, "PATCH", "/api/servers/1", {"alias": "Cellar"})
    two.clock.now += DAY
    paths = ("/api/summary", "/api/servers", "/api/jobs", "/api/backups", "/api/lastbackups/1")
    before = [two.get(path) for path in paths]
    assert before[0]["lastUpdated"] == format_moment(NOW)
    two.restart()
    assert [two.get(path) for path in paths] == before
