import pytest
from falcon import testing

from api.app import create_app
from api.headers import SECURITY
from tests.support.daemon import Daemon

PAGE = "https://page.example"
PATHS = [
    "/api/summary",
    "/metrics",
    "/-/ready",
    "/nowhere",
    "/api/backups/x",
    "/api/openapi.yaml",
]


@pytest.fixture
def shared(daemon: Daemon) -> testing.TestClient:
    """A daemon that another site's page may read."""
    services = daemon.services._replace(allowed_origins=frozenset({PAGE}))
    return testing.TestClient(create_app(services))


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_security_headers(daemon: Daemon, path: str) -> None:
    headers = daemon.client.simulate_get(path).headers
    assert {name: headers.get(name.lower()) for name in SECURITY} == SECURITY


def test_refused_changes_have_them_too(daemon: Daemon) -> None:
    headers = daemon.client.simulate_delete("/api/jobs/1").headers
    assert headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", PATHS)
def test_no_other_site_may_read_unless_it_is_named(daemon: Daemon, path: str) -> None:
    headers = daemon.client.simulate_get(path, headers={"Origin": PAGE}).headers
    assert not [name for name in headers if name.startswith("access-control")]


def test_a_named_site_may_read(shared: testing.TestClient) -> None:
    headers = shared.simulate_get("/api/summary", headers={"Origin": PAGE}).headers
    assert headers["access-control-allow-origin"] == PAGE
    assert "Origin" in headers["vary"]
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize("origin", ["https://page.example.evil.example", "null", "*", ""])
def test_another_site_may_not(shared: testing.TestClient, origin: str) -> None:
    headers = shared.simulate_get("/api/summary", headers={"Origin": origin}).headers
    assert "access-control-allow-origin" not in headers
    assert "Origin" in headers["vary"]


def test_a_named_site_may_ask_what_it_may_send(shared: testing.TestClient) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "GET"}
    headers = shared.simulate_options("/api/summary", headers=asked).headers
    assert headers["access-control-allow-origin"] == PAGE
    assert headers["access-control-allow-methods"] == "GET"
    assert "Authorization" in headers["access-control-allow-headers"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "get", ""])
@pytest.mark.parametrize("path", ["/api/upload", "/api/servers/1", "/api/jobs/1", "/nowhere"])
def test_a_named_site_is_granted_nothing_but_get(
    shared: testing.TestClient, path: str, method: str
) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": method}
    headers = shared.simulate_options(path, headers=asked).headers
    assert not [name for name in headers if name.startswith("access-control")]
