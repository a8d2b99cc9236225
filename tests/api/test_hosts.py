import logging
from ipaddress import ip_network

import pytest
from falcon import testing

from api.app import create_app
from exporter.times import DAY
from tests.support.daemon import NOW, Clock, Daemon
from tests.support.reports_builder import duplicati_report

PROXY = "10.0.0.1"
ANSWERED = [
    "nas.example",
    "NAS.example:9666",
    "nas.example.",
    "nas.example.:80",
    "localhost",
    "localhost:9666",
    "127.0.0.1",
    "192.0.2.1:9666",
    "[::1]",
    "[2001:db8::1]:9666",
    "",
]
UNKNOWN = [
    "evil.example",
    "evil.example:9666",
    "nas.example.evil.example",
    "evil.nas.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "[::1",
    "[evil.example]:80",
    "nas.example@evil.example",
    "nas.example:9666:1",
]
PATHS = ["/", "/api/jobs", "/metrics", "/-/healthy", "/nowhere", "/api/openapi.yaml"]


@pytest.fixture
def bounded(daemon: Daemon) -> testing.TestClient:
    """A daemon that answers under one name."""
    services = daemon.services._replace(
        allowed_hosts=frozenset({"nas.example"}), trusted_proxies=(ip_network(PROXY),)
    )
    return testing.TestClient(create_app(services))


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    records = (each for each in caplog.records if "host name" in each.getMessage())
    return [record.__dict__["fields"]["host"] for record in records]


@pytest.mark.parametrize("host", ANSWERED)
def test_it_answers_under_its_names_addresses_and_localhost(
    bounded: testing.TestClient, host: str
) -> None:
    assert bounded.simulate_get("/api/summary", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", UNKNOWN)
def test_another_name_is_answered_421(bounded: testing.TestClient, host: str, path: str) -> None:
    answer = bounded.simulate_get(path, headers={"Host": host})
    assert (answer.status_code, answer.json["error"]) == (421, "MisdirectedRequestError")
    assert "allowed_hosts" in answer.json["message"]


def test_a_report_to_another_name_is_not_taken(bounded: testing.TestClient, daemon: Daemon) -> None:
    body = duplicati_report(began=NOW)
    answer = bounded.simulate_post("/api/upload", body=body, headers={"Host": UNKNOWN[0]})
    assert answer.status_code == 421
    assert daemon.get("/api/summary")["totalServers"] == 0


@pytest.mark.parametrize(("sender", "status"), [(PROXY, 421), ("10.0.0.2", 200)])
def test_a_trusted_proxy_tells_the_name_it_was_asked_for(
    bounded: testing.TestClient, sender: str, status: int
) -> None:
    headers = {"Host": "127.0.0.1:9666", "X-Forwarded-Host": "evil.example"}
    answer = bounded.simulate_get("/api/jobs", headers=headers, remote_addr=sender)
    assert answer.status_code == status


@pytest.mark.parametrize("host", [*ANSWERED, *UNKNOWN])
def test_any_name_is_answered_where_none_is_set(daemon: Daemon, host: str) -> None:
    assert daemon.client.simulate_get("/api/summary", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/api/summary", "/nowhere"])
def test_an_unknown_name_is_told_once_a_day(
    daemon: Daemon, clock: Clock, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.INFO)
    for timestamp in (NOW, NOW + 1, NOW + DAY - 1, NOW + DAY):
        clock.now = timestamp
        for host in ("evil.example:1", "EVIL.example", "localhost", "127.0.0.1"):
            daemon.client.simulate_get(path, headers={"Host": host})
    assert told(caplog) == ["evil.example", "evil.example"]


def test_who_invents_names_fills_no_log(daemon: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for number in range(150):
        daemon.client.simulate_get("/-/healthy", headers={"Host": f"{number}." + "x" * 300})
    assert len(told(caplog)) == 100
    assert max(map(len, told(caplog))) == 253


def test_a_refused_name_is_told_too(
    bounded: testing.TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        bounded.simulate_get("/", headers={"Host": "evil.example"})
    assert told(caplog) == ["evil.example"]
