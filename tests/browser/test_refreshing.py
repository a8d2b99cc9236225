"""A page that stays open shows what comes, and leaves alone what a person is at."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from exporter.times import DAY, HOUR, MINUTE, SECOND
from tests.browser.chromium import Watched
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.support.authors import BY
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

_A_MINUTE_LATER = "01:01"


@pytest.fixture
def watched(daemon: Daemon, watch: Open) -> Iterator[Watched]:
    """A daemon of one backup, on whose pages minutes pass when the test says so."""
    daemon.upload(duplicati_report(began=NOW - HOUR, lines=("a line",)))
    with serving(daemon) as url:
        watched = watch(url)
        watched.page.clock.install()
        yield watched


@pytest.fixture
def page(watched: Watched) -> Page:
    """The overview of it."""
    return watched.open("/")


def test_the_tab_shows_how_things_are(daemon: Daemon, page: Page) -> None:
    icon = page.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", "/favicon-ok.svg")
    report_another(daemon)
    page.clock.fast_forward(_A_MINUTE_LATER)
    expect(icon).to_have_attribute("href", "/favicon-critical.svg")
    expect(page).to_have_title(re.compile(r"^\(1\) 1 of 2 backups failed"))


def report_another(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR, backup="Photos", status="Error"))


def test_a_new_report_is_shown_without_a_click(daemon: Daemon, page: Page) -> None:
    report_another(daemon)
    page.clock.fast_forward(_A_MINUTE_LATER)
    expect(page.locator("[data-job='2']")).to_have_attribute("data-condition", "failing")
    expect(page.locator("#sentence")).to_contain_text("failed")
    expect(page.locator("[data-count='failing']")).to_have_text("1")


@pytest.mark.parametrize("path", ["/", "/jobs/1", "/servers/1"])
def test_a_page_that_stays_open_says_what_one_says_that_is_opened_now(
    daemon: Daemon, watched: Watched, path: str
) -> None:
    page = watched.open(path)
    daemon.upload(duplicati_report(began=NOW - MINUTE, status="Warning"))
    daemon.clock.now += 3 * DAY
    page.clock.fast_forward(_A_MINUTE_LATER)
    expect(page.locator("[data-now]")).to_contain_text("01-18")
    told = page.locator("body").inner_text()
    assert watched.open(path).locator("body").inner_text() == told


def test_going_back_shows_the_present_and_not_what_the_browser_kept(
    daemon: Daemon, watch: Open
) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    with serving(daemon) as url:  # with the real clock: the one of tests hides what was kept
        page = watch(url).open("/")
        page.locator("[data-job='1'] a").first.click()
        expect(page.locator("#runs")).to_be_visible()
        report_another(daemon)
        page.go_back()
        expect(page.locator("[data-job='2']")).to_be_visible()


def test_a_clock_that_is_set_back_does_not_stop_it(daemon: Daemon, page: Page) -> None:
    page.clock.set_system_time(NOW / SECOND - DAY / SECOND)
    report_another(daemon)
    page.clock.fast_forward(_A_MINUTE_LATER)
    expect(page.locator("[data-job='2']")).to_be_visible()


def test_a_page_of_what_was_removed_meanwhile_says_so(
    daemon: Daemon, page: Page, watched: Watched
) -> None:
    watched.open("/jobs/1")
    daemon.store.delete_job(1, BY)
    page.clock.fast_forward(_A_MINUTE_LATER)
    expect(page.locator("#stale")).to_contain_text("no longer exists")
    watched.complaints.clear()  # Chromium's own, of the page that is not there


def test_a_daemon_that_takes_too_long_is_told(page: Page) -> None:
    page.route("**/*", lambda _: None)
    page.clock.fast_forward(_A_MINUTE_LATER)
    page.clock.fast_forward("00:30")
    expect(page.locator("#stale")).to_contain_text("This page is outdated")


def test_the_focus_stays_on_what_is_replaced(daemon: Daemon, page: Page) -> None:
    link = page.locator("[data-job='1'] a").first
    link.focus()
    report_another(daemon)
    page.clock.fast_forward(_A_MINUTE_LATER)
    expect(page.locator("[data-job='2']")).to_be_visible()
    expect(link).to_be_focused()


def test_what_is_half_typed_stays(daemon: Daemon, page: Page) -> None:
    page.locator("input[name=q]").focus()
    page.keyboard.type("pho")
    report_another(daemon)
    page.clock.fast_forward(_A_MINUTE_LATER)
    expect(page.locator("[data-job='2']")).to_be_visible()
    expect(page.locator("input[name=q]")).to_have_value("pho")
    expect(page.locator("input[name=q]")).to_be_focused()


def test_an_opened_log_stays_open(daemon: Daemon, page: Page) -> None:
    page.locator("[data-job='1'] a").first.click()
    page.locator("summary").first.click()
    daemon.upload(duplicati_report(began=NOW - HOUR // 2, status="Error"))
    page.clock.fast_forward(_A_MINUTE_LATER)
    expect(page.locator("[data-run='2']")).to_be_visible()
    expect(page.locator("[data-run='1'] details")).to_have_attribute("open", "")


def test_the_first_report_takes_the_place_of_how_to_connect(daemon: Daemon, watch: Open) -> None:
    with serving(daemon) as url:
        watched = watch(url)
        watched.page.clock.install()
        page = watched.open("/")
        expect(page.locator("#connect")).to_be_visible()
        daemon.upload(duplicati_report(began=NOW - HOUR))
        page.clock.fast_forward(_A_MINUTE_LATER)
        expect(page.locator("[data-job='1']")).to_be_visible()
        expect(page.locator("#connect")).to_have_count(0)
        page.wait_for_load_state()  # it was loaded anew: its script comes last


def test_a_page_that_no_longer_reaches_the_daemon_says_that_it_is_old(
    daemon: Daemon, watch: Open
) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    with serving(daemon) as url:
        watched = watch(url)
        watched.page.clock.install()
        page = watched.open("/")
        expect(page.locator("#stale")).to_be_empty()
    page.clock.fast_forward(_A_MINUTE_LATER)
    expect(page.locator("#stale")).to_contain_text("This page is outdated")
    watched.complaints.clear()  # Chromium's own, of the connection that it could not make


def test_what_is_replaced_is_in_the_zone_of_the_browser_too(daemon: Daemon, page: Page) -> None:
    report_another(daemon)
    page.clock.fast_forward(_A_MINUTE_LATER)
    added = page.locator("[data-job='2'] time").first
    expect(added).to_have_attribute("title", re.compile(r"\n.* UTC$"))
