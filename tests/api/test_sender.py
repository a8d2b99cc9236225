"""X-Forwarded-For counts for as long as those who wrote it are trusted."""

import ipaddress

import pytest
from falcon import testing

from api.app import create_app
from api.sender import Network
from tests.conftest import NOW, Daemon
from tests.reports_builder import duplicati_report

PROXY, OTHER_PROXY = "10.0.0.1", "10.0.0.2"
TRUSTED = (ipaddress.ip_network("10.0.0.0/24"), ipaddress.ip_network("2001:db8::/32"))


def sender(
    daemon: Daemon, connected: str, told: str | None, trusted: tuple[Network, ...] = TRUSTED
) -> str:
    """Return the address that a rejected upload is kept with."""
    parts = daemon.parts._replace(trusted_proxies=trusted)
    headers = {} if told is None else {"X-Forwarded-For": told}
    testing.TestClient(create_app(parts)).simulate_post(
        "/api/upload", body=b"no report", headers=headers, remote_addr=connected
    )
    address: str = daemon.get("/api/rejected", limit=1)["rejected"][0]["sender"]
    return address


@pytest.mark.parametrize(
    ("connected", "told", "address"),
    [
        (PROXY, None, PROXY),
        (PROXY, "192.0.2.1", "192.0.2.1"),
        (PROXY, "192.0.2.1:5678", "192.0.2.1"),
        (PROXY, "[2001:db9::1]:5678", "2001:db9::1"),
        (PROXY, "::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("2001:db8::5", "192.0.2.1", "192.0.2.1"),
        (PROXY, f"192.0.2.1, {OTHER_PROXY}", "192.0.2.1"),
        (PROXY, "198.51.100.1, 192.0.2.1", "192.0.2.1"),
        (PROXY, "anything, 192.0.2.1", "192.0.2.1"),
        (PROXY, "anything", PROXY),
        (PROXY, f"anything, {OTHER_PROXY}", OTHER_PROXY),
        (PROXY, "", PROXY),
        (PROXY, ", ".join([OTHER_PROXY] * 10_000), OTHER_PROXY),
        ("192.0.2.9", "198.51.100.1", "192.0.2.9"),
    ],
)
def test_the_sender_is_the_last_address_that_no_trusted_proxy_has(
    daemon: Daemon, connected: str, told: str | None, address: str
) -> None:
    assert sender(daemon, connected, told) == address


def test_without_trusted_proxies_the_connection_counts(daemon: Daemon) -> None:
    assert sender(daemon, PROXY, "192.0.2.1", trusted=()) == PROXY


def test_a_forged_header_makes_no_server(daemon: Daemon) -> None:
    body = duplicati_report(began=NOW, server=None, machine_id=None)
    for told in ("192.0.2.1", "192.0.2.2"):
        daemon.client.simulate_post(
            "/api/upload", body=body, headers={"X-Forwarded-For": told}, remote_addr=PROXY
        )
    assert [each["name"] for each in daemon.get("/api/servers")["servers"]] == [PROXY]
