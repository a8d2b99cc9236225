"""Below a path of another site, by nginx and by Caddy, whether they leave the path or take it."""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin

import pytest
import requests

from tests.deploy.files import read
from tests.deploy.proxies import HOST, Proxy, fill, serving
from tests.deploy.test_proxy import FORGED, LIMIT, LOOPBACK, REPORT, echoing
from tests.docs import pages
from tests.process.test_forms import Browser
from tests.support import doc_hooks
from tests.support.process.commands import BOUND_SECONDS
from tests.support.process.daemon import ANY_PORT, Daemon

ADMIN = "admin-token-c41d77"
PREFIX = "/backups"
PAGE = pages.read("docs/reverse-proxy.md")
ANOTHER = "a page of the site itself"

_NGINX = """
server {
    listen 443 ssl;
    listen [::]:443 ssl;
    listen 80;
    listen [::]:80;
    ssl_certificate /etc/ssl/duplistatus/fullchain.pem;
    ssl_certificate_key /etc/ssl/duplistatus/privkey.pem;
    # {{ here }}
    location / {
        return 200 "a page of the site itself";
    }
}
"""
_CADDY = """
{
	servers {
	}
}

backups.example.org {
	# {{ here }}
	handle {
		respond "a page of the site itself"
	}
}
"""


class Way(NamedTuple):
    """How a proxy serves the daemon below a path, and what the daemon is told for it."""

    program: str
    site: str
    part: str
    flags: tuple[str, ...]

    @property
    def whole(self) -> str:
        """The site with the daemon in it."""
        return self.site.replace("# {{ here }}", self.part)


KNOWN, TRUSTED = ("--route-prefix", PREFIX), ("--trusted-proxies", HOST)
WAYS = {
    "nginx leaves it": Way("nginx", _NGINX, read("proxy/nginx-below-path.conf"), KNOWN + TRUSTED),
    "caddy leaves it": Way("caddy", _CADDY, read("proxy/below-path.caddy"), KNOWN + TRUSTED),
    "nginx takes it": Way("nginx", _NGINX, doc_hooks.block(PAGE, "nginx-stripping"), TRUSTED),
    "caddy takes it": Way("caddy", _CADDY, doc_hooks.block(PAGE, "caddy-stripping"), TRUSTED),
    "caddy leaves it and is not trusted": Way(
        "caddy", _CADDY, read("proxy/below-path.caddy"), KNOWN
    ),
    "caddy takes it and the daemon knows": Way(
        "caddy", _CADDY, doc_hooks.block(PAGE, "caddy-stripping"), KNOWN + TRUSTED
    ),
}
_ADDRESS = re.compile(r'(?:href|src|action)="([^"]*)"')


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.fixture(scope="module")
def daemon(way: Way, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    variables = {"DUPLISTATUS_ADMIN_TOKEN": ADMIN}
    folder = tmp_path_factory.mktemp("daemon")
    with Daemon(folder, *ANY_PORT, *way.flags, variables=variables) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def proxy(way: Way, daemon: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp(way.program)
    with serving(way.program, folder, daemon.port, way.whole) as proxy:
        assert proxy.post(f"{PREFIX}/api/upload", REPORT).status_code == 200
        yield proxy


@pytest.fixture
def browser(proxy: Proxy) -> Browser:
    browser = Browser(f"{proxy.secure}{PREFIX}")
    browser.session.trust_env = False  # a variable would have other authorities
    browser.session.verify = str(proxy.certificate)
    return browser


def test_reports_and_scrapes_come_through_and_go_on_without_the_path_on_the_inside(
    proxy: Proxy, daemon: Daemon
) -> None:
    for path in ("/metrics", "/api/health", "/api/jobs", "/-/ready", "/api/badge.svg"):
        assert proxy.get(f"{PREFIX}{path}").status_code == 200
        assert daemon.get(path).status_code == 200
    assert 'server="server-01"' in proxy.get(f"{PREFIX}/metrics").text
    assert daemon.post(REPORT).status_code == 200


def test_the_sites_other_pages_stay_its_own(proxy: Proxy) -> None:
    for path in ("/", "/jobs/1", "/backupsx"):
        assert proxy.get(path).text == ANOTHER


def test_who_signs_in_mutes_and_signs_out(browser: Browser, proxy: Proxy) -> None:
    signed_in = browser.submit("/sign-in?next=/jobs/1", token=ADMIN)
    job = f"{proxy.secure}{PREFIX}/jobs/1"
    assert (signed_in.status_code, signed_in.url) == (200, job)
    assert browser.session.cookies.list_paths() == [PREFIX]
    token = browser.form_token("/jobs/1")
    muted = browser.submit("/jobs/1/mute", form_token=token, **{"for": "1d"})
    assert (muted.status_code, muted.url) == (200, job)
    assert "Muted until" in muted.text
    signed_out = browser.submit("/sign-out", form_token=token)
    assert signed_out.url == f"{proxy.secure}{PREFIX}/"
    assert list(browser.session.cookies) == []


def test_the_path_without_a_slash_shows_the_overview_too(browser: Browser) -> None:
    assert "server-01" in browser.get("")


def _addresses(page: str, url: str) -> set[str]:
    """Return where a page of a URL leads, and what it loads."""
    found = {html.unescape(each) for each in _ADDRESS.findall(page)}
    return {urljoin(url, each).partition("#")[0] for each in found if not each.startswith("data:")}


def test_every_address_of_a_page_leads_to_the_daemon(browser: Browser, proxy: Proxy) -> None:
    base = f"{proxy.secure}{PREFIX}"
    browser.submit("/sign-in", token=ADMIN)
    for path in ("/", "/jobs/1", "/servers/1", "/digest", "/refused", "/notifications"):
        for address in _addresses(browser.get(path), f"{base}{path}"):
            assert address.startswith(f"{base}/"), (path, address)
            answer = browser.session.get(address, timeout=BOUND_SECONDS)
            assert answer.status_code in (200, 405), (path, address)


def test_a_report_that_is_too_large_is_refused_by_the_daemon_which_keeps_its_begin(
    proxy: Proxy, daemon: Daemon
) -> None:
    answer = proxy.post(f"{PREFIX}/api/upload", b"x" * (LIMIT + 1))
    assert answer.json()["error"] == "PayloadTooLargeError"
    assert daemon.data("/api/rejected")["rejected"][0]["size"] == LIMIT + 1


def test_nobody_chooses_where_links_lead(proxy: Proxy) -> None:
    answer = requests.get(
        f"{proxy.secure}{PREFIX}/nowhere",
        headers=FORGED,
        verify=str(proxy.certificate),
        timeout=BOUND_SECONDS,
    )
    assert answer.json()["message"] == f"No such path; GET {PREFIX}/api/openapi.yaml lists them"


@pytest.fixture(params=["nginx leaves it", "caddy leaves it"])
def outside(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """A site to which this machine is a stranger, in front of an echo."""
    way = WAYS[request.param]
    with echoing() as port:
        site = fill(way.whole, *LOOPBACK[way.program])
        with serving(way.program, tmp_path_factory.mktemp(way.program), port, site) as proxy:
            yield proxy


def test_a_stranger_may_hand_in_a_report_and_see_nothing(outside: Proxy) -> None:
    for path in ("/api/upload", "/api/activity"):
        assert outside.post(f"{PREFIX}{path}", REPORT).status_code == 200
    for path in ("/", "/api/summary", "/metrics", "/api/upload/x", "/-/healthy"):
        assert outside.get(f"{PREFIX}{path}").status_code == 403


def test_the_daemon_is_told_nothing_that_the_sender_claims(outside: Proxy) -> None:
    told = outside.post(f"{PREFIX}/api/upload", REPORT, **FORGED).json()
    assert told["X-Forwarded-For"] == HOST
    assert told["X-Forwarded-Proto"] == "https"
    assert "X-Forwarded-Prefix" not in told
