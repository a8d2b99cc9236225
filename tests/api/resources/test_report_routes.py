"""Reports come by POST or PUT, to their own address or to one that was set up wrongly."""

import base64

import pytest
from falcon import testing

from api.app import create_app
from api.resources import activity as activity_route
from exporter.auth import Authorizer, Scope
from exporter.times import HOUR
from tests.support.daemon import ADMIN_TOKEN, MAX_UPLOAD_BYTES, NOW, SENDER, Daemon
from tests.support.live import activity
from tests.support.reports_builder import duplicati_report, text_report

BEGAN = NOW - HOUR
ASTRAY = ("/", "/upload", "/upload/")
TOKEN = "the-token-of-uploads"
HINT = "; the address to use is /api/upload"


def send(
    client: testing.TestClient, method: str, path: str, body: bytes, **asked: object
) -> testing.Result:
    return client.simulate_request(method, path, body=body, remote_addr=SENDER, **asked)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/html", None])
@pytest.mark.parametrize("body", [duplicati_report(began=BEGAN), text_report(began=BEGAN)])
def test_put_works_as_post(daemon: Daemon, body: bytes, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = send(daemon.client, "PUT", "/api/upload", body, headers=headers)
    assert (answer.status_code, answer.json) == (
        200,
        {
            "status": "success",
            "message": "Backup data uploaded successfully",
            "data": {"backupId": 1, "serverId": 1},
        },
    )
    again = send(daemon.client, "POST", "/api/upload", body, headers=headers)
    assert again.json["message"] == "Backup data already recorded"


def test_a_live_report_may_come_by_put(daemon: Daemon) -> None:
    answer = send(daemon.client, "PUT", "/api/activity", activity(began=NOW, at=NOW))
    assert (answer.status_code, answer.json["message"]) == (202, "Activity received")


@pytest.mark.parametrize("shown", ["page", "no page"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("path", ASTRAY)
def test_a_report_at_a_wrong_address_is_taken_and_told_the_right_one(
    daemon: Daemon, path: str, method: str, shown: str
) -> None:
    client = testing.TestClient(create_app(daemon.services._replace(page=shown == "page")))
    body = duplicati_report(began=BEGAN)
    first, again = (send(client, method, path, body) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.json["data"] == again.json["data"] == {"backupId": 1, "serverId": 1}
    assert first.json["message"] == f"Backup data uploaded successfully{HINT}"
    assert again.json["message"] == f"Backup data already recorded{HINT}"
    series = daemon.series()
    assert series['duplistatus_uploads_total{outcome="recorded"}'] == 1
    assert series['duplistatus_uploads_total{outcome="duplicate"}'] == 1


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
@pytest.mark.parametrize("path", ASTRAY)
def test_a_wrong_address_has_the_bounds_and_errors_of_the_right_one(
    daemon: Daemon, path: str, accept: str
) -> None:
    headers = {"Accept": accept}
    refused = send(daemon.client, "POST", path, b"hello", headers=headers)
    large = send(daemon.client, "PUT", path, b"x" * (MAX_UPLOAD_BYTES + 1), headers=headers)
    assert (refused.status_code, refused.json["error"]) == (400, "ValidationError")
    assert (large.status_code, large.json["error"]) == (413, "PayloadTooLargeError")
    assert len(daemon.get("/api/rejected")["rejected"]) == 2


def test_a_live_report_is_far_smaller_than_a_report(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity_route, "MAX_BYTES", 1000)
    body = b'{"operation":"Backup","x":"' + b"x" * 1000
    refused = send(daemon.client, "POST", "/api/activity", body)
    assert (refused.status_code, refused.json["error"]) == (413, "PayloadTooLargeError")
    (entry,) = daemon.get("/api/rejected")["rejected"]
    assert entry["reason"] == "A live report has 1000 bytes at most"


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("path", ["/api/upload", *ASTRAY])
def test_a_wrong_address_needs_the_tokens_of_the_right_one(
    daemon: Daemon, path: str, method: str
) -> None:
    authorizer = Authorizer.from_entries(
        {Scope.UPLOAD: [TOKEN], Scope.READ: ["r" * 16], Scope.MANAGE: [ADMIN_TOKEN]}
    )
    client = testing.TestClient(create_app(daemon.services._replace(authorizer=authorizer)))
    body = duplicati_report(began=BEGAN)
    basic = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
    assert send(client, method, path, body).status_code == 401
    assert send(client, method, path, body, query_string=f"token={'r' * 16}").status_code == 403
    assert daemon.get("/api/rejected")["rejected"] == []
    for asked in (
        {"query_string": f"token={TOKEN}"},
        {"headers": {"Authorization": f"Basic {basic}"}},
    ):
        assert send(client, method, path, body, **asked).status_code == 200


def test_the_page_stays_where_it_was(daemon: Daemon) -> None:
    assert daemon.client.simulate_get("/").headers["content-type"] == "text/html; charset=utf-8"
    assert daemon.client.simulate_get("/upload").status_code == 405


@pytest.mark.parametrize("path", ["/api/upload", "/", "/upload"])
@pytest.mark.parametrize("name", ["server", "backup"])
def test_a_name_in_the_url_is_cut_as_any_other(daemon: Daemon, path: str, name: str) -> None:
    body = duplicati_report(began=BEGAN, backup=None, machine_id=None)
    answer = send(daemon.client, "POST", path, body, query_string=f"{name}={'x' * 5000}")
    assert answer.status_code == 200
    (job,) = daemon.get("/api/jobs")["jobs"]
    assert len(job["name" if name == "backup" else "server"].encode()) == 255


@pytest.mark.parametrize("path", ["/api/upload", "/upload", "/"])
def test_the_url_names_the_backup_of_a_report_that_names_none(daemon: Daemon, path: str) -> None:
    body = duplicati_report(began=BEGAN, backup=None)
    answer = send(daemon.client, "POST", path, body, query_string="server=nas&backup=B%C3%BCro")
    assert answer.status_code == 200
    (job,) = daemon.get("/api/jobs")["jobs"]
    assert (job["server"], job["name"]) == ("nas", "Büro")


@pytest.mark.parametrize("query", ["", "backup=", "backup=%20"])
def test_a_blank_name_of_a_backup_is_none(daemon: Daemon, query: str) -> None:
    text = b"MainOperation: Backup\nParsedResult: Success"
    answer = send(daemon.client, "POST", "/api/upload", text, query_string=query)
    assert answer.status_code == 400
    assert "?backup=NAME" in daemon.get("/api/rejected")["rejected"][0]["reason"]


def test_a_report_that_names_its_backup_keeps_that_name(daemon: Daemon) -> None:
    send(
        daemon.client,
        "PUT",
        "/api/upload",
        duplicati_report(began=BEGAN, backup="Mail"),
        query_string="backup=Photos",
    )
    assert [job["name"] for job in daemon.get("/api/jobs")["jobs"]] == ["Mail"]


def test_the_url_names_the_backup_of_a_live_report(daemon: Daemon) -> None:
    body = (
        activity(began=NOW, at=NOW).replace(b'"backupName"', b'"x"').replace(b'"backupId"', b'"y"')
    )
    send(daemon.client, "POST", "/api/activity", body, query_string="backup=Photos")
    daemon.live_reports.run_once()
    assert [job["name"] for job in daemon.get("/api/jobs")["jobs"]] == ["Photos"]
