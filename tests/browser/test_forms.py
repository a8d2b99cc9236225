"""People change things on the page, as different people do it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from api.sessions import LIFETIME
from tests.api.page.forms.household import ASKING, furnish
from tests.browser.chromium import Watched
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.browser.test_keyboard import tab_through, tab_to
from tests.browser.test_signing_in import judge, press, sign_in
from tests.support.daemon import NOW, Daemon
from tests.support.signing_in import Person

PAGES = [
    "/jobs/1",
    "/jobs/2",
    "/servers/1",
    "/servers/1/merge",
    "/refused",
    "/audit",
    *(sent.url for sent in ASKING),
]


@pytest.fixture
def url(daemon: Daemon) -> Iterator[str]:
    furnish(daemon)
    Person(daemon.client).send("/jobs/1/tags", tags="photos")
    with serving(daemon) as url:
        yield url


def enter(watched: Watched, path: str) -> Page:
    """Sign in, and open a page with all its forms."""
    page = watched.open("/sign-in")
    sign_in(page)
    page.goto(f"{watched.url}{path}")
    # A click would move where Tab goes on from.
    page.evaluate("document.querySelectorAll('#change details').forEach(each => each.open = true)")
    return page


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_it(watch: Open, url: str, path: str) -> None:
    judge(enter(watch(url), path))


@pytest.mark.parametrize("path", PAGES)
def test_tab_comes_to_everything_and_is_seen_there(watch: Open, url: str, path: str) -> None:
    stops = tab_through(enter(watch(url), path))
    assert [each for each in stops if not (each["shown"] and each["outlined"])] == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_schedule_is_set_and_told(watch: Open, url: str, *, scripts: bool) -> None:
    page = enter(watch(url, java_script_enabled=scripts), "/jobs/1")
    page.get_by_label("At an interval").check()
    page.get_by_label("Interval", exact=True).fill("12h")
    page.get_by_label("Tolerance").fill("2h")
    press(page, "Save the schedule")
    assert page.url == f"{url}/jobs/1"
    notice = page.locator("#notice")
    assert notice.inner_text() == "Schedule set to every 12 hours. Tolerance set to 2 h."
    assert page.locator("#changes tbody tr").count() >= 2
    page.reload()
    assert notice.count() == 0


def test_a_wrong_schedule_is_told_beside_the_field_that_has_the_focus(
    watch: Open, url: str
) -> None:
    watched = watch(url)
    page = enter(watched, "/jobs/1")
    page.get_by_label("By a calendar").check()
    page.get_by_label("Calendar", exact=True).fill("every night")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    press(page, "Save the schedule")
    field = page.get_by_label("Calendar", exact=True)
    expect(field).to_be_focused()
    assert field.input_value() == "every night"
    assert page.get_by_label("By a calendar").is_checked()
    judge(page)
    field.fill("0 3 * * *")
    press(page, "Save the schedule")
    assert page.locator("#notice").is_visible()
    watched.complaints = [each for each in watched.complaints if "400" not in each]


def test_what_is_typed_stays_when_the_page_is_refreshed(watch: Open, url: str) -> None:
    watched = watch(url)
    watched.page.clock.install()
    page = enter(watched, "/servers/1")
    page.get_by_label("Alias").fill("NAS in the")
    with page.expect_response("**/servers/1"):
        page.clock.run_for(61_000)
    assert page.get_by_label("Alias").input_value() == "NAS in the"
    expect(page.get_by_label("Alias")).to_be_focused()


def test_a_session_that_ends_while_one_types_loses_nothing(
    daemon: Daemon, watch: Open, url: str
) -> None:
    watched = watch(url)
    page = enter(watched, "/servers/1")
    page.get_by_label("Note").fill("a long story\nof two lines")
    daemon.clock.now = NOW + LIFETIME
    press(page, "Save")
    assert "a long story\nof two lines" in page.locator("main").inner_text()
    judge(page)
    page.locator("main").get_by_role("link", name="Sign in").click()
    sign_in(page)
    assert page.url == f"{url}/servers/1"
    watched.complaints = [each for each in watched.complaints if "403" not in each]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_backup_is_deleted_after_a_question(watch: Open, url: str, *, scripts: bool) -> None:
    page = enter(watch(url, java_script_enabled=scripts), "/jobs/1")
    page.get_by_role("link", name="Delete this backup").click()
    page.get_by_role("link", name="Cancel").click()
    assert page.url == f"{url}/jobs/1"
    page.get_by_role("link", name="Delete this backup").click()
    press(page, "Delete")
    assert page.url == f"{url}/servers/1"
    assert page.locator("#notice").inner_text() == "Pictures of nas was deleted with its runs."


def test_servers_are_merged_with_the_keyboard(watch: Open, url: str) -> None:
    page = enter(watch(url), "/servers/1/merge")
    tab_to(page, "#other")
    page.keyboard.type("attic")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "#yes")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("#notice").inner_text() == "attic is part of nas now."


def test_all_that_was_refused_is_cleared(watch: Open, url: str) -> None:
    page = enter(watch(url), "/refused")
    page.locator("#clear-1").click()
    page.get_by_role("link", name="Clear all").click()
    press(page, "Clear all")
    assert page.locator("main").inner_text().endswith("Nothing was refused.")
