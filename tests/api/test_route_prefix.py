"""Below a prefix the daemon answers as without it, and leads people to where they reach it."""

import logging
from collections.abc import Mapping
from ipaddress import ip_network

import pytest
from falcon import inspect, testing

from api.app import create_app
from api.page import favicons
from api.session_cookie import NAME
from exporter.route_prefix import MAX_LENGTH, OWN
from exporter.times import DAY, HOUR
from tests.support.daemon import ADMIN_TOKEN, NOW, SENDER, Daemon
from tests.support.reports_builder import duplicati_report
from tests.support.signing_in import FORM, submit

PROXY = "10.0.0.1"
CONFIGURED, TOLD = "/backups", "/outside"
INVALID = [
    "//evil.example",
    "/..",
    "/%2e%2e/x",
    "https://evil.example",
    "backups",
    "/backups\tx",
    "/backups; Path=/",
    "/" + "b" * MAX_LENGTH,
]


def client_of(daemon: Daemon, prefix: str = CONFIGURED) -> testing.TestClient:
    services = daemon.services._replace(
        route_prefix=prefix, trusted_proxies=(ip_network(PROXY),), clock=daemon.clock
    )
    return testing.TestClient(create_app(services))


@pytest.fixture
def client(daemon: Daemon) -> testing.TestClient:
    """A daemon with a job, a configured prefix and a trusted proxy."""
    daemon.upload(duplicati_report(began=NOW - HOUR))
    return client_of(daemon)


def sign_in(
    client: testing.TestClient, path: str, told: Mapping[str, str], sender: str = PROXY
) -> testing.Result:
    return submit(client, path, {"token": ADMIN_TOKEN}, headers={**FORM, **told}, sender=sender)


def root_of(client: testing.TestClient, path: str, told: str | None, sender: str = PROXY) -> str:
    """Return below which path a person is led who signs in; there the session is kept, too."""
    headers = {} if told is None else {"X-Forwarded-Prefix": told}
    answer = sign_in(client, f"{path}/sign-in?next=/jobs/1", headers, sender)
    assert answer.status_code == 303, answer.text
    root = answer.headers["location"].removesuffix("/jobs/1")
    assert answer.cookies[NAME].path == (root or "/")
    return root


def test_no_path_of_the_daemon_can_be_its_prefix(daemon: Daemon) -> None:
    routes = inspect.inspect_routes(daemon.app)
    first = {route.path.split("/")[1] for route in routes} - {"", "favicon-{state}.svg"}
    assert first | {f"favicon-{name}.svg" for name in favicons.NAMES} <= OWN


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/1",
        "/api/jobs",
        "/metrics",
        "/-/ready",
        "/api/badge.svg",
        "/page.css",
        "/api/openapi.yaml",
    ],
)
def test_every_route_answers_below_the_prefix_and_without_it(
    client: testing.TestClient, path: str
) -> None:
    with_it, without = client.simulate_get(f"{CONFIGURED}{path}"), client.simulate_get(path)
    assert (with_it.status_code, without.status_code) == (200, 200)


@pytest.mark.parametrize("path", [CONFIGURED, f"{CONFIGURED}/"])
def test_the_overview_is_at_the_prefix_with_and_without_a_slash(
    client: testing.TestClient, path: str
) -> None:
    assert "Documents" in client.simulate_get(path).text


@pytest.mark.parametrize("path", ["/backupsx", "/backupsx/jobs/1", "/other/api/jobs"])
def test_what_only_begins_like_the_prefix_is_not_below_it(
    client: testing.TestClient, path: str
) -> None:
    assert client.simulate_get(path).status_code == 404


@pytest.mark.parametrize("path", ["/api/upload", "/upload", "", "/"])
def test_reports_come_in_below_the_prefix(
    daemon: Daemon, client: testing.TestClient, path: str
) -> None:
    body = duplicati_report(began=NOW - HOUR, backup="Photos")
    answer = client.simulate_post(f"{CONFIGURED}{path}", body=body)
    assert answer.status_code == 200
    if path != "/api/upload":
        assert answer.json["message"].endswith("the address to use is /backups/api/upload")
    assert len(daemon.get("/api/jobs")["jobs"]) == 2


def test_a_report_to_a_wrong_path_is_kept_with_the_right_one(
    daemon: Daemon, client: testing.TestClient
) -> None:
    body = duplicati_report(began=NOW - HOUR)
    assert client.simulate_post("/backups/reports", body=body).status_code == 404
    (kept,) = daemon.get("/api/rejected")["rejected"]
    assert kept["reason"] == ("/backups/reports takes no reports: send them to /backups/api/upload")


@pytest.mark.parametrize(
    ("path", "told", "root"),
    [
        ("", None, ""),
        (CONFIGURED, None, CONFIGURED),
        ("", TOLD, TOLD),
        (CONFIGURED, TOLD, TOLD),
        ("", CONFIGURED, CONFIGURED),
        (CONFIGURED, CONFIGURED, CONFIGURED),
        ("", f"{TOLD}/", TOLD),
        ("", "/nas/backups", "/nas/backups"),
        ("", f"/evil, {TOLD}", TOLD),
        ("", "", ""),
        ("", "/", ""),
        (CONFIGURED, "/", CONFIGURED),
        *(("", invalid, "") for invalid in INVALID),
        *((CONFIGURED, invalid, CONFIGURED) for invalid in INVALID),
    ],
)
def test_people_are_led_below_what_a_trusted_proxy_names_or_else_what_they_wrote(
    client: testing.TestClient, path: str, told: str | None, root: str
) -> None:
    assert root_of(client, path, told) == root


@pytest.mark.parametrize(("path", "root"), [("", ""), (CONFIGURED, CONFIGURED)])
def test_nobody_else_may_name_a_prefix(client: testing.TestClient, path: str, root: str) -> None:
    assert root_of(client, path, TOLD, sender=SENDER) == root


def test_a_proxy_names_a_prefix_also_where_none_is_configured(daemon: Daemon) -> None:
    client = client_of(daemon, "")
    assert root_of(client, "", TOLD) == TOLD
    assert client.simulate_get(f"{TOLD}/api/jobs", remote_addr=PROXY).status_code == 404


def test_an_invalid_prefix_of_a_proxy_is_logged_once_a_day(
    daemon: Daemon, client: testing.TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    def scrape(told: str, sender: str = PROXY) -> None:
        headers = {"X-Forwarded-Prefix": told}
        client.simulate_get("/metrics", headers=headers, remote_addr=sender)

    with caplog.at_level(logging.WARNING):
        for told in (*INVALID, *INVALID, TOLD, "/", ""):
            scrape(told)
        scrape("/..", SENDER)
        daemon.clock.now += DAY
        scrape("/..")
    seen = [vars(each)["fields"]["prefix"] for each in caplog.records if "Prefix" in each.message]
    assert seen == [*(told.removesuffix("/")[:MAX_LENGTH] for told in INVALID), "/.."]


@pytest.mark.parametrize(
    "following",
    ["//evil.example", "https://evil.example", "/\\evil", "/../admin", "/%2e%2E/admin", "/jobs/.."],
)
def test_nobody_is_led_out_of_the_prefix(client: testing.TestClient, following: str) -> None:
    answer = sign_in(client, "/backups/sign-in", {})
    assert answer.headers["location"] == "/backups/"
    path = f"/backups/sign-in?next={following.replace('%', '%25')}"
    assert sign_in(client, path, {}).headers["location"] == "/backups/"


def test_a_form_leads_to_where_one_signs_in_and_back_below_the_prefix(
    client: testing.TestClient,
) -> None:
    answer = submit(client, "/backups/jobs/1/mute", {"for": "1d"})
    assert answer.headers["location"] == "/backups/sign-in?next=/jobs/1"
    answer = sign_in(client, answer.headers["location"], {})
    assert answer.headers["location"] == "/backups/jobs/1"


def test_two_daemons_of_a_host_have_a_session_each(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    client = client_of(daemon)
    own = sign_in(client, "/backups/sign-in", {}).cookies[NAME].value
    # A browser sends the one of the longest path first: RFC 6265, 5.4.
    cookies = f"{NAME}={own}; {NAME}=of.another.daemon"
    page = client.simulate_get("/backups/jobs/1", headers={"Cookie": cookies}).text
    assert "Sign out" in page


def test_signing_out_ends_the_session_below_the_prefix(client: testing.TestClient) -> None:
    cookie = sign_in(client, "/backups/sign-in", {}).cookies[NAME].value
    answer = submit(client, "/backups/sign-out", {"form_token": "wrong"}, cookie)
    assert answer.status_code == 403
    token = client.simulate_get("/backups/jobs/1", headers={"Cookie": f"{NAME}={cookie}"}).text
    token = token.partition('name="form_token" value="')[2].partition('"')[0]
    answer = submit(client, "/backups/sign-out", {"form_token": token}, cookie)
    assert (answer.status_code, answer.headers["location"]) == (303, "/backups/")
    assert (answer.cookies[NAME].value, answer.cookies[NAME].path) == ("", "/backups")


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://home.example", 303), ("http://evil.example", 403), ("http://home.example.evil", 403)],
)
def test_a_page_of_another_site_sends_nothing_below_the_prefix(
    client: testing.TestClient, origin: str, status: int
) -> None:
    headers = {"Origin": origin, "Host": "home.example"}
    assert sign_in(client, "/backups/sign-in", headers).status_code == status


def test_an_unknown_path_is_told_with_where_the_routes_are_listed(
    client: testing.TestClient,
) -> None:
    told = client.simulate_get("/backups/nowhere").json["message"]
    assert told == "No such path; GET /backups/api/openapi.yaml lists them"


def test_duplicatis_options_have_the_address_below_the_prefix(daemon: Daemon) -> None:
    page = client_of(daemon).simulate_get("/backups/", headers={"Host": "home.example"}).text
    assert "http://home.example/backups/api/upload" in page
