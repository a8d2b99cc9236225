"""People sign in and mute, as different people do it."""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Page

from exporter.times import HOUR
from tests.browser.axe import violations
from tests.browser.chromium import NARROWEST, SCHEMES, SIZES
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.browser.test_keyboard import tab_through, tab_to
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import duplicati_report

PAGES = ["/jobs/1", "/servers/1"]

_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def url(daemon: Daemon) -> Iterator[str]:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    with serving(daemon) as url:
        yield url


def press(page: Page, button: str) -> None:
    """Send a form by one of its buttons, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


def sign_in(page: Page) -> None:
    page.get_by_label("Admin token").fill(ADMIN_TOKEN)
    press(page, "Sign in")


def judge(page: Page) -> None:
    """See that everybody can use a page in each size."""
    for size, scheme in product(SIZES, SCHEMES):
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], (size, scheme)
    page.set_viewport_size(NARROWEST)
    assert page.evaluate(_SIDEWAYS) == 0


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("path", PAGES)
def test_who_signs_in_mutes_ends_the_mute_and_signs_out(
    watch: Open, url: str, path: str, *, scripts: bool
) -> None:
    page = watch(url, java_script_enabled=scripts).open(path)
    with page.expect_navigation():
        page.locator("#mute a").click()
    sign_in(page)
    assert page.url == f"{url}{path}"
    press(page, "3 days")
    assert page.url == f"{url}{path}"
    assert page.locator("#muted").inner_text() == "Muted until 2026-01-18 10:30:00 UTC."
    press(page, "End the mute")
    assert page.locator("#muted").count() == 0
    press(page, "Sign out")
    page.goto(f"{url}{path}")
    assert page.locator("#mute button").count() == 0


def test_everybody_can_sign_in(watch: Open, url: str) -> None:
    judge(watch(url).open("/sign-in"))


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_mute(watch: Open, url: str, path: str) -> None:
    page = watch(url).open(f"/sign-in?next={path}")
    sign_in(page)
    press(page, "3 days")
    judge(page)


def test_a_wrong_token_is_told_beside_the_field(watch: Open, url: str) -> None:
    watched = watch(url)
    page = watched.open("/sign-in?next=/jobs/1")
    page.get_by_label("Admin token").fill("wrong")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    field = page.get_by_label("Admin token")
    assert field.get_attribute("aria-invalid") == "true"
    assert field.input_value() == ""
    judge(page)
    sign_in(page)
    assert page.url == f"{url}/jobs/1"
    watched.complaints = [each for each in watched.complaints if "403" not in each]


def test_a_form_names_its_origin_where_there_is_no_tls(watch: Open, url: str) -> None:
    watched = watch(url)
    page = watched.open("/sign-in")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        sign_in(page)
    assert sent.value.all_headers()["origin"] == url


@pytest.mark.parametrize("path", ["/sign-in", *PAGES])
def test_it_can_be_done_with_the_keyboard(watch: Open, url: str, path: str) -> None:
    page = watch(url).open("/sign-in?next=/jobs/1")
    tab_to(page, "input[name=token]")
    page.keyboard.type(ADMIN_TOKEN)
    with page.expect_navigation(url=f"{url}/jobs/1"):
        page.keyboard.press("Enter")
    page.goto(f"{url}{path}")
    stops = tab_through(page)
    assert [each for each in stops if not (each["shown"] and each["outlined"])] == []
    if path in PAGES:
        page.goto(f"{url}{path}")
        tab_to(page, "#mute-1d")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("#muted").is_visible()


def test_what_has_the_focus_keeps_it_when_the_page_is_refreshed(watch: Open, url: str) -> None:
    page = watch(url).open("/sign-in?next=/jobs/1")
    page.clock.install()
    sign_in(page)
    page.locator("#mute-1d").focus()
    with page.expect_response("**/jobs/1"):
        page.clock.run_for(61_000)
    page.wait_for_function("document.activeElement.id === 'mute-1d'")
