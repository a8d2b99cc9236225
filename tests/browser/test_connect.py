"""The page that connects Duplicati: what it copies, and how it tells what comes."""

import re
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from exporter.auth import Authorizer, Scope
from exporter.times import HOUR
from tests.browser.axe import violations
from tests.browser.chromium import NARROWEST, SCHEMES, SIZES
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.browser.test_keyboard import tab_through
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

TOKEN = "a-token-of-sixteen"
SOON = "00:04"
BROKEN = b'{"backup": {"name": "Photos"}}'
EVIL = "<img src=x onerror='window.mine = 1'>"

_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def page(daemon: Daemon, watch: Open) -> Iterator[Page]:
    """The page of a daemon to which nothing was reported, on which time passes by the test."""
    with serving(daemon) as url:
        watched = watch(url)
        watched.page.clock.install()
        yield watched.open("/connect")


@pytest.fixture
def closed(daemon: Daemon) -> Iterator[str]:
    """Where a daemon is that takes reports with a token only."""
    authorizer = Authorizer.from_entries({Scope.UPLOAD: [TOKEN]})
    with serving(daemon, authorizer=authorizer) as url:
        yield url


def report(daemon: Daemon, **parts: object) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR, **parts))  # type: ignore[arg-type] # by name


def test_a_report_is_told_within_seconds_of_its_arrival(daemon: Daemon, page: Page) -> None:
    expect(page.locator("#said")).to_contain_text("Waiting for a report")
    daemon.clock.now += HOUR // 10
    report(daemon)
    page.clock.fast_forward(SOON)
    expect(page.locator("#said")).to_contain_text("Received: Documents of")
    expect(page).to_have_title(re.compile("^Received .*Connect Duplicati"))
    expect(page.locator("#said a").first).to_have_attribute("href", "/jobs/1")


def test_a_refused_report_is_told_too_and_then_the_one_that_is_accepted(
    daemon: Daemon, page: Page
) -> None:
    daemon.post(BROKEN)
    page.clock.fast_forward(SOON)
    expect(page.locator("#said")).to_contain_text("Refused: server.name: is required")
    report(daemon)
    page.clock.fast_forward(SOON)
    expect(page.locator("#said")).to_contain_text("Received: Documents of")


def test_what_is_read_aloud_changes_only_when_something_came(daemon: Daemon, page: Page) -> None:
    page.evaluate("""() => {
        window.changes = 0;
        new MutationObserver(() => window.changes++)
            .observe(document.getElementById('said'), {childList: true, subtree: true});
    }""")
    daemon.clock.now += 1000
    page.clock.fast_forward(SOON)
    expect(page.locator("[data-now]")).to_contain_text("10:30:01")
    assert page.evaluate("window.changes") == 0
    report(daemon)
    page.clock.fast_forward(SOON)
    expect(page.locator("#said")).to_contain_text("Received")
    assert page.evaluate("window.changes") == 1


def test_after_a_report_it_looks_as_seldom_as_other_pages(daemon: Daemon, page: Page) -> None:
    report(daemon)
    page.clock.fast_forward(SOON)
    expect(page.locator("#said")).to_contain_text("Received")
    expect(page.locator("[data-every]")).to_have_count(0)


def test_without_script_a_link_looks_again_and_nothing_is_offered_that_needs_one(
    daemon: Daemon, watch: Open
) -> None:
    with serving(daemon) as url:
        page = watch(url, java_script_enabled=False).open("/connect")
        assert page.locator("[data-copy]").locator("visible=true").count() == 0
        daemon.clock.now += HOUR // 10
        report(daemon)
        page.get_by_role("link", name="Look again").click()
        expect(page.locator("#said")).to_contain_text("Received: Documents of")


def test_a_click_copies_the_options_of_a_version(watch: Open, url_of: Callable[[str], str]) -> None:
    url = url_of("empty")
    watched = watch(url, permissions=["clipboard-read", "clipboard-write"])
    page = watched.open("/connect")
    page.locator("[data-copy=retrying]").click()
    expect(page.locator("[data-copy=retrying]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0] == f"--send-http-json-urls={url}/api/upload"
    assert copied == page.locator("#retrying").text_content()


def test_a_pasted_token_is_put_into_the_options_and_sent_nowhere(closed: str, watch: Open) -> None:
    watched = watch(closed)
    page = watched.open("/connect")
    page.wait_for_load_state("networkidle")  # the icon comes after the page
    before = len(watched.answers)
    page.get_by_role("textbox", name="Token").fill("a+b/c=")
    expect(page.locator("#live")).to_contain_text("/api/upload?token=a%2Bb%2Fc%3D")
    expect(page.locator("#live")).to_contain_text("/api/activity?token=a%2Bb%2Fc%3D")
    page.get_by_role("textbox", name="Token").fill("")
    expect(page.locator("#live")).to_contain_text("?token=TOKEN")
    assert len(watched.answers) == before


def test_hostile_names_are_text(daemon: Daemon, watch: Open) -> None:
    with serving(daemon) as url:
        report(daemon, server=EVIL, backup=EVIL)
        page = watch(url).open(f"/connect?since=2026-01-15T10:30:00Z&server={EVIL}")
        expect(page.locator("#said")).to_contain_text(f"Received: {EVIL} of {EVIL}")
        assert page.evaluate("window.mine === undefined")
        assert page.locator("img").count() == 0


def test_everybody_can_use_it(daemon: Daemon, closed: str, watch: Open) -> None:
    daemon.post(BROKEN)
    page = watch(closed).open("/connect?since=2026-01-15T10:30:00Z&server=nas")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    found = {}
    for size, scheme in product(SIZES, SCHEMES):
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=scheme)
        found[size, scheme] = violations(page)
    assert not any(found.values()), found
    page.set_viewport_size(NARROWEST)
    assert page.evaluate(_SIDEWAYS) == 0


def test_tab_comes_to_everything_and_is_seen_there(closed: str, watch: Open) -> None:
    stops = tab_through(watch(closed).open("/connect"))
    assert [each for each in stops if each["tag"] == "body"] == []
    assert [each for each in stops if not (each["shown"] and each["outlined"])] == []
