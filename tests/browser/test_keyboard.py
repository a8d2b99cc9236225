"""Everything can be done without a mouse, and it is seen where one is."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open

_STOPS = """() => [...document.querySelectorAll(
    'a[href], button, input, textarea, select, summary, [tabindex="0"]'
)].filter(each => each.checkVisibility() && (each.type !== 'radio' || each.checked)).length"""

_FOCUSED = """() => {
    const focused = document.activeElement;
    const style = getComputedStyle(focused);
    const box = focused.getBoundingClientRect();
    return {
        tag: focused.localName,
        href: focused.getAttribute('href'),
        name: focused.getAttribute('name'),
        shown: focused.checkVisibility() && box.top > -1 && box.bottom < innerHeight + 1,
        outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
}"""

Focus = dict[str, Any]


def focused(page: Page) -> Focus:
    found: Focus = page.evaluate(_FOCUSED)
    return found


def tab_through(page: Page) -> list[Focus]:
    """Press Tab until every place was passed where the focus can stop."""
    stops: list[Focus] = []
    for _ in range(page.evaluate(_STOPS)):
        page.keyboard.press("Tab")
        stops.append(focused(page))
    return stops


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(page.evaluate(_STOPS)):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    message = f"Tab never comes to {selector}"
    raise AssertionError(message)


@pytest.mark.parametrize(
    ("state", "path"),
    [("fine", "/"), ("trouble", "/jobs/1"), ("fine", "/servers/1"), ("empty", "/")],
)
def test_tab_comes_to_everything_and_is_seen_there(
    watch: Open, url_of: Callable[[str], str], state: str, path: str
) -> None:
    stops = tab_through(watch(url_of(state)).open(path))
    assert [each for each in stops if each["tag"] == "body"] == []
    assert [each for each in stops if not (each["shown"] and each["outlined"])] == []


def test_the_first_stop_leads_past_the_head(watch: Open, url_of: Callable[[str], str]) -> None:
    page = watch(url_of("fine")).open("/")
    page.keyboard.press("Tab")
    assert focused(page)["href"] == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_enter_filters(watch: Open, url_of: Callable[[str], str]) -> None:
    page = watch(url_of("fine")).open("/")
    tab_to(page, "input[name=q]")
    page.keyboard.type("photos")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?*q=photos*")
    assert page.locator("[data-job]").count() == 3


def test_enter_opens_a_backup(watch: Open, url_of: Callable[[str], str]) -> None:
    page = watch(url_of("fine")).open("/")
    tab_to(page, "[data-job] a[href^='/jobs/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs/*")
    assert page.locator("h1").count() == 1


def test_enter_turns_the_page(watch: Open, url_of: Callable[[str], str]) -> None:
    page = watch(url_of("many")).open("/")
    first = page.locator("[data-job]").first.get_attribute("data-job")
    page.locator("a[rel=next]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**page=2*")
    assert page.locator("[data-job]").first.get_attribute("data-job") != first
    page.locator("a[rel=prev]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "page=2" not in url)
    assert page.locator("[data-job]").first.get_attribute("data-job") == first


def test_enter_opens_the_log_of_a_run(watch: Open, url_of: Callable[[str], str]) -> None:
    page = watch(url_of("trouble")).open("/jobs/1")
    tab_to(page, ".log summary")
    page.keyboard.press("Enter")
    assert page.locator("details[open] li").first.is_visible()
