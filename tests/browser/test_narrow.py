"""Phones, tablets, fingers: the first trouble at once, a line for what is fine, large targets."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize

from exporter.times import DAY, HOUR
from tests.browser.axe import violations
from tests.browser.chromium import SCHEMES
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.support.daemon import NOW, Clock, Daemon
from tests.support.reports_builder import duplicati_report

PHONES: dict[str, ViewportSize] = {
    "small": {"width": 320, "height": 640},
    "usual": {"width": 390, "height": 844},
    "large": {"width": 480, "height": 960},
}
TABLET: ViewportSize = {"width": 768, "height": 1024}
FINGER = {"has_touch": True, "is_mobile": True}

TALLEST = 4000
TARGET = 48

PAGES = ["/", "/jobs/1", "/servers/1", "/digest", "/refused", "/connect", "/sign-in"]

_HEIGHT = "document.documentElement.scrollHeight"
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

_SMALL = """smallest => [...document.querySelectorAll('a, button, input, select, summary')]
    .filter(each => each.checkVisibility() && !each.closest('.skip, p:not(footer p), li, caption'))
    .map(each => each.type === 'checkbox' ? each.closest('label') : each)
    .filter(each => each.getBoundingClientRect().height < smallest - 0.5)
    .map(each => each.outerHTML.slice(0, 120))"""
"""A link within a sentence is exempt, as in WCAG 2.5.8."""

_HALF_EMPTY = """() => [...document.querySelectorAll('table')].filter(each => {
    const cells = [...each.querySelectorAll('tbody tr:first-child > *')];
    return new Set(cells.map(cell => Math.round(cell.getBoundingClientRect().top))).size > 1;
}).map(each => each.className)"""
"""Tables whose rows are not rows."""


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a daemon is that has forty backups, and all are fine."""
    with Daemon(tmp_path_factory.mktemp("forty"), Clock(NOW)) as daemon:
        for number in range(40):
            for day in range(3):
                body = duplicati_report(
                    began=NOW - day * DAY - HOUR,
                    server=f"server-{number % 8}.branch.example",
                    machine_id=f"m-{number % 8}",
                    backup=f"Department {number}",
                )
                daemon.upload(body)
        with serving(daemon) as url:
            yield url


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    found: list[dict[str, float]] = page.evaluate(
        """selector => [...document.querySelectorAll(selector)]
            .map(each => each.getBoundingClientRect().toJSON())""",
        selector,
    )
    return found


@pytest.mark.parametrize("size", PHONES.values(), ids=PHONES)
@pytest.mark.parametrize("state", ["trouble", "every", "many"])
def test_the_first_trouble_is_on_the_first_screen(
    watch: Open, url_of: Callable[[str], str], state: str, size: ViewportSize
) -> None:
    page = watch(url_of(state), viewport=size, **FINGER).open("/")
    (named, *_) = boxes(page, ".jobs tbody th > a")
    assert named["bottom"] < size["height"]


def test_forty_backups_that_are_fine_are_a_line_each(forty: str, watch: Open) -> None:
    page = watch(forty, viewport=PHONES["usual"], **FINGER).open("/")
    rows = boxes(page, "[data-condition=fine]")
    assert len(rows) == 40
    assert {round(row["height"]) <= TARGET + 2 for row in rows} == {True}
    assert page.evaluate(_HEIGHT) <= TALLEST
    assert page.locator("[data-condition=fine] .state").first.inner_text().strip() == "Fine"


@pytest.mark.parametrize("state", ["trouble", "every"])
@pytest.mark.parametrize("path", PAGES)
def test_what_is_touched_is_large_enough(
    watch: Open, url_of: Callable[[str], str], state: str, path: str
) -> None:
    page = watch(url_of(state), viewport=PHONES["usual"], **FINGER).open(path)
    assert page.evaluate(_SMALL, TARGET) == []
    page.set_viewport_size(TABLET)
    assert page.evaluate(_SMALL, TARGET) == []


def test_the_filter_is_folded_until_it_is_touched(
    watch: Open, url_of: Callable[[str], str]
) -> None:
    for enabled in (True, False):
        watched = watch(
            url_of("fine"), viewport=PHONES["usual"], java_script_enabled=enabled, **FINGER
        )
        page = watched.open("/")
        assert not page.locator("input[name=q]").is_visible()
        page.get_by_text("Filter", exact=True).tap()
        page.locator("input[name=q]").fill("photos")
        page.get_by_role("button", name="Show").tap()
        page.wait_for_url("**/?*q=photos*")
        assert page.locator("input[name=q]").is_visible()


def test_a_wide_screen_has_nothing_to_unfold(watch: Open, url_of: Callable[[str], str]) -> None:
    page = watch(url_of("fine"), viewport=TABLET).open("/")
    assert page.locator("input[name=q]").is_visible()
    assert not page.get_by_text("Filter", exact=True).is_visible()


@pytest.mark.parametrize("width", [720, 768, 1024])
@pytest.mark.parametrize("path", PAGES)
def test_from_720_pixels_on_tables_are_tables(
    watch: Open, url_of: Callable[[str], str], path: str, width: int
) -> None:
    page = watch(url_of("trouble"), viewport={"width": width, "height": 1024}).open(path)
    assert page.evaluate(_HALF_EMPTY) == []
    assert page.evaluate(_SIDEWAYS) == 0


@pytest.mark.parametrize("width", [320, 390, 480, 719])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_scrolled_sideways(
    watch: Open, url_of: Callable[[str], str], path: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    page = watch(url_of("trouble"), viewport=size, **FINGER).open(path)
    assert page.evaluate(_SIDEWAYS) == 0


@pytest.mark.parametrize("size", [PHONES["small"], TABLET], ids=["phone", "tablet"])
def test_everybody_can_use_it(
    watch: Open, url_of: Callable[[str], str], size: ViewportSize
) -> None:
    options: dict[str, Any] = {"viewport": size, "has_touch": True}
    page = watch(url_of("trouble"), **options).open("/?q=a")
    found = {}
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found[scheme] = violations(page)
    assert not any(found.values()), found


@pytest.mark.parametrize("path", ["/jobs/1", "/servers/1"])
def test_a_phone_says_whose_page_it_is(
    watch: Open, url_of: Callable[[str], str], path: str
) -> None:
    page = watch(url_of("trouble"), viewport=PHONES["usual"]).open(path)
    assert boxes(page, "h1")[0]["height"] > 15
