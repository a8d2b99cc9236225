"""X-Forwarded-For counts for as long as those who wrote it are trusted."""

import ipaddress

import falcon
import pytest
from falcon import testing

from api.app import create_app
from api.client_address import Network, url_of
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

PROXY, OTHER_PROXY = "10.0.0.1", "10.0.0.2"
TRUSTED = (ipaddress.ip_network("10.0.0.0/24"), ipaddress.ip_network("2001:db8::/32"))


def sender(
    daemon: Daemon, connected: str, told: str | None, trusted: tuple[Network, ...] = TRUSTED
) -> str:
    """Return the address that a rejected upload is kept with."""
    services = daemon.services._replace(trusted_proxies=trusted)
    headers = {} if told is None else {"X-Forwarded-For": told}
    testing.TestClient(create_app(services)).simulate_post(
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


def address(connected: str, headers: dict[str, str], scheme: str = "http") -> str:
    """Return the address under which a sender found the daemon."""
    environ = testing.create_environ(
        remote_addr=connected, headers=headers, scheme=scheme, host="daemon", port=9666
    )
    return url_of(falcon.Request(environ), TRUSTED)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"Host": "nas.lan:9666"}, "http://nas.lan:9666"),
        ({"Host": "[2001:db8::1]:9666"}, "http://[2001:db8::1]:9666"),
        ({"Host": "nas", "X-Forwarded-Proto": "https"}, "https://nas"),
        ({"Host": "nas", "X-Forwarded-Proto": "http, HTTPS"}, "https://nas"),
        ({"Host": "nas", "X-Forwarded-Proto": "javascript"}, "http://nas"),
        (
            {"Host": "nas", "X-Forwarded-Host": "a, backups.example.org"},
            "http://backups.example.org",
        ),
        ({"Host": "nas/<script>"}, "http://your-duplistatus-server:9666"),
        ({"Host": "nas --run-script=x"}, "http://your-duplistatus-server:9666"),
    ],
)
def test_the_address_is_the_one_that_was_asked_or_that_a_trusted_proxy_was_asked_by(
    headers: dict[str, str], found: str
) -> None:
    assert address(PROXY, headers) == found


def test_the_address_has_the_path_below_which_the_daemon_is_reached() -> None:
    environ = testing.create_environ("/jobs/1", host="nas", root_path="/backups")
    assert url_of(falcon.Request(environ)) == "http://nas/backups"


def test_nobody_else_may_say_by_which_address_he_came() -> None:
    headers = {
        "Host": "nas",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
    }
    assert address("192.0.2.1", headers) == "http://nas"
