"""Below a path of another site a browser asks for nothing beside it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from exporter.times import HOUR
from tests.browser.chromium import Watched
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.browser.test_signing_in import press, sign_in
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

PREFIX = "/backups"
PAGES = ["/", "/jobs/1", "/servers/1", "/digest", "/refused", "/notifications", "/sign-in"]


@pytest.fixture
def url(daemon: Daemon) -> Iterator[str]:
    """Where the daemon is; what a watched page asks for beside that fails its test."""
    daemon.upload(duplicati_report(began=NOW - HOUR))
    with serving(daemon, route_prefix=PREFIX) as url:
        yield f"{url}{PREFIX}"


def refused(watched: Watched) -> list[str]:
    return [answer.url for answer in watched.answers if answer.status >= 400]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_all_that_it_needs(watch: Open, url: str, path: str) -> None:
    watched = watch(url)
    page = watched.open(path)
    page.wait_for_load_state()
    assert {each.url.removeprefix(url) for each in watched.answers} >= {"/page.css"}
    assert refused(watched) == []
    assert page.evaluate("document.styleSheets[0].cssRules.length > 0")


def test_every_link_of_a_job_and_its_server_leads_on_and_back(watch: Open, url: str) -> None:
    watched = watch(url)
    page = watched.open("/")
    page.locator("[data-job='1'] a").first.click()
    page.wait_for_url(f"{url}/jobs/1")
    page.locator("nav a").last.click()
    page.wait_for_url(f"{url}/servers/1")
    page.locator("a.home").click()
    page.wait_for_url(f"{url}/")
    assert refused(watched) == []


def test_a_page_that_stays_open_shows_what_comes(daemon: Daemon, watch: Open, url: str) -> None:
    watched = watch(url)
    watched.page.clock.install()
    page = watched.open("/")
    daemon.upload(duplicati_report(began=NOW - HOUR, backup="Photos", status="Error"))
    page.clock.fast_forward("01:01")
    expect(page.locator("[data-job='2']")).to_have_attribute("data-condition", "failing")


@pytest.mark.parametrize("scripts", [True, False])
def test_who_signs_in_mutes_and_signs_out(watch: Open, url: str, *, scripts: bool) -> None:
    page = watch(url, java_script_enabled=scripts).open("/jobs/1")
    with page.expect_navigation():
        page.locator("#mute a").click()
    sign_in(page)
    assert page.url == f"{url}/jobs/1"
    assert [each["path"] for each in page.context.cookies()] == [PREFIX]
    press(page, "3 days")
    assert page.url == f"{url}/jobs/1"
    assert page.locator("#muted").count() == 1
    press(page, "Sign out")
    assert page.url == f"{url}/"
    assert page.context.cookies() == []
