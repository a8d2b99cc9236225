from collections.abc import Mapping
from ipaddress import ip_network

import pytest
from falcon import testing

from api.app import create_app
from tests.support.daemon import ADMIN_TOKEN, NOW, SENDER, Daemon
from tests.support.reports_builder import duplicati_report

ALLOWED = "https://page.example"
HOST = "nas.example:9666"
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://other.nas.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "Cross-Site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"},
    {"Sec-Fetch-Site": "cross-site, none"},
    {"Sec-Fetch-Site": "elsewhere"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://nas.example"},
    {"Origin": "http://nas.example:9667"},
    {"Origin": f"http://evil.{HOST}"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Origin": f"{ALLOWED}, https://evil.example"},
]
OWN: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": f"http://{HOST}"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://name.at.the.proxy"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": ""},
    {"Origin": f"http://{HOST}"},
    {"Origin": f"https://{HOST.upper()}"},
    {"Origin": ALLOWED},
    {"Sec-Fetch-Site": "cross-site", "Origin": ALLOWED},
]
CHANGES = [
    ("POST", "/api/upload"),
    ("PUT", "/api/upload"),
    ("POST", "/api/activity"),
    ("POST", "/upload"),
    ("POST", "/"),
    ("POST", "/api/import"),
    ("PATCH", "/api/servers/1"),
    ("POST", "/api/servers/1/merge"),
    ("DELETE", "/api/jobs/1"),
    ("PUT", "/api/jobs/1/planned"),
    ("PUT", "/api/backup-list"),
    ("POST", "/api/nowhere"),
    ("DELETE", "/metrics"),
]


@pytest.fixture
def client(daemon: Daemon) -> testing.TestClient:
    daemon.upload(duplicati_report(began=NOW))
    services = daemon.services._replace(
        allowed_origins=frozenset({ALLOWED}), trusted_proxies=(ip_network("10.0.0.1/32"),)
    )
    return testing.TestClient(create_app(services))


def send(
    client: testing.TestClient, method: str, path: str, headers: Mapping[str, str]
) -> testing.Result:
    everything = {"Host": HOST, "Authorization": f"Bearer {ADMIN_TOKEN}", **headers}
    body = duplicati_report(began=NOW, backup="Forged")
    return client.simulate_request(method, path, body=body, headers=everything)


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_what_another_sites_page_sends_changes_nothing(
    client: testing.TestClient, daemon: Daemon, method: str, path: str, headers: Mapping[str, str]
) -> None:
    before = daemon.get("/api/jobs"), daemon.get("/api/rejected")
    answer = send(client, method, path, headers)
    assert (answer.status_code, answer.json["error"]) == (403, "ForbiddenError")
    assert "allowed_origins" in answer.json["message"]
    assert (daemon.get("/api/jobs"), daemon.get("/api/rejected")) == before


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_programs_our_own_page_and_allowed_sites_may_send(
    client: testing.TestClient, headers: Mapping[str, str]
) -> None:
    assert send(client, "POST", "/api/upload", headers).status_code == 200
    assert send(client, "DELETE", "/api/jobs/1", headers).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_link_from_another_site_opens_the_page(
    client: testing.TestClient, method: str, headers: Mapping[str, str]
) -> None:
    assert send(client, method, "/", headers).status_code == 200


@pytest.mark.parametrize(("sender", "status"), [("10.0.0.1", 200), ("10.0.0.2", 403)])
def test_a_trusted_proxy_tells_under_which_name_the_page_was_asked_for(
    client: testing.TestClient, sender: str, status: int
) -> None:
    headers = {"Host": "127.0.0.1:9666", "X-Forwarded-Host": "backups.example"}
    headers["Origin"] = "https://backups.example"
    answer = client.simulate_post(
        "/api/upload", body=duplicati_report(began=NOW), headers=headers, remote_addr=sender
    )
    assert answer.status_code == status


def test_the_log_tells_who_was_made_to_send_it(
    client: testing.TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Origin": "https://evil.example"}
    client.simulate_post("/api/upload?token=x", headers=headers, remote_addr=SENDER)
    (record,) = [each for each in caplog.records if "another site" in each.getMessage()]
    assert record.__dict__["fields"] == {"sender": SENDER, "origin": "https://evil.example"}
