import pytest

from exporter.times import DAY, HOUR
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

JSON_ROUTES = [
    "/api/summary",
    "/api/lastbackup/1",
    "/api/lastbackups/1",
    "/api/servers",
    "/api/jobs",
    "/api/jobs/1",
    "/api/backups",
    "/api/backups/1",
    "/api/rejected",
]
DUPLISTATUS = {
    "/api/summary": {
        "totalServers",
        "totalBackups",
        "totalBackupsRuns",
        "totalBackupSize",
        "totalStorageUsed",
        "totalUploadedSize",
        "overdueBackupsCount",
        "secondsSinceLastBackup",
    },
    "/api/lastbackup/1": {"server", "latest_backup"},
    "/api/lastbackups/1": {"server", "latest_backups", "backup_jobs_count", "backup_names"},
}
"""What else is at the top level, for those who come from duplistatus."""
PROBES = ["/-/healthy", "/-/ready"]
ROUTES = [*JSON_ROUTES, *PROBES, "/api/health", "/metrics", "/api/openapi.yaml"]


@pytest.fixture
def answering(daemon: Daemon) -> Daemon:
    daemon.upload(duplicati_report(began=NOW - DAY))
    daemon.post(b"nonsense")
    return daemon


@pytest.mark.parametrize("path", [*JSON_ROUTES, *PROBES])
def test_json_is_wrapped_and_says_what_it_is(answering: Daemon, path: str) -> None:
    result = answering.client.simulate_get(path, headers={"Accept": "application/xml"})
    assert result.status_code == 200
    assert result.headers["content-type"] == "application/json"
    assert result.json.keys() - DUPLISTATUS.get(path, set()) == {"status", "data"}
    assert result.json["status"] == "success"


@pytest.mark.parametrize("path", [*JSON_ROUTES, *PROBES, "/api/openapi.yaml"])
def test_an_unchanged_answer_is_not_sent_again(answering: Daemon, path: str) -> None:
    first = answering.client.simulate_get(path)
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = answering.client.simulate_get(path, headers={"If-None-Match": known})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag


def test_health_as_json_is_tagged_as_every_json_answer_is(answering: Daemon) -> None:
    headers = {"Accept": "application/json"}
    first = answering.client.simulate_get("/api/health", headers=headers)
    assert first.headers["cache-control"] == "no-cache"
    headers |= {"If-None-Match": first.headers["etag"]}
    assert answering.client.simulate_get("/api/health", headers=headers).status_code == 304


@pytest.mark.parametrize("known", ['"other"', "other", "", '"', '""', ",,,", "W/", "é"])
def test_an_answer_that_is_not_known_is_sent_whole(answering: Daemon, known: str) -> None:
    headers = {"If-None-Match": known}
    result = answering.client.simulate_get("/api/summary", headers=headers)
    assert result.status_code == 200
    assert result.json["status"] == "success"


def test_a_changed_answer_has_another_tag(answering: Daemon) -> None:
    known = {"If-None-Match": answering.client.simulate_get("/api/summary").headers["etag"]}
    answering.upload(duplicati_report(began=NOW - HOUR))
    assert answering.client.simulate_get("/api/summary", headers=known).status_code == 200


def test_time_that_turns_a_job_overdue_changes_the_tag(answering: Daemon) -> None:
    known = {"If-None-Match": answering.client.simulate_get("/api/summary").headers["etag"]}
    answering.clock.now += 3 * DAY
    assert answering.client.simulate_get("/api/summary", headers=known).status_code == 200


@pytest.mark.parametrize("path", ROUTES)
def test_head_is_get_without_the_body(answering: Daemon, path: str) -> None:
    get, head = answering.client.simulate_get(path), answering.client.simulate_head(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    same = ("content-type", "etag", "cache-control", "vary")
    assert [head.headers.get(name) for name in same] == [get.headers.get(name) for name in same]


@pytest.mark.parametrize("path", ROUTES)
def test_a_trailing_slash_is_the_same_route(answering: Daemon, path: str) -> None:
    result = answering.client.simulate_get(f"{path}/")
    assert result.status_code == 200
    assert (
        result.headers["content-type"]
        == (answering.client.simulate_get(path).headers["content-type"])
    )


def test_a_report_may_be_posted_with_a_trailing_slash(daemon: Daemon) -> None:
    body = duplicati_report(began=NOW - DAY)
    assert daemon.client.simulate_post("/api/upload/", body=body).status_code == 200


def test_a_head_of_what_is_not_there_is_not_found(daemon: Daemon) -> None:
    assert daemon.client.simulate_head("/api/lastbackup/1").status_code == 404
    assert daemon.client.simulate_head("/nothing").status_code == 404


def test_the_contract_is_served_as_yaml(daemon: Daemon) -> None:
    result = daemon.client.simulate_get("/api/openapi.yaml")
    assert result.headers["content-type"].startswith("application/yaml")
    assert result.text.startswith("openapi:")
