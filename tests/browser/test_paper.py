"""The pages on A4."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.test_digest import A4

_PAGE = re.compile(rb"/Type\s*/Page\b")
_NOT_FOR_PAPER = "header, nav, footer, form, button, .fold"


def sheets(page: Page) -> int:
    return len(_PAGE.findall(page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize(
    ("path", "most"), [("/", 2), ("/jobs/1", 1), ("/jobs/9", 1), ("/servers/1", 1), ("/connect", 2)]
)
@pytest.mark.parametrize("finger", [False, True])
def test_it_takes_few_sheets(
    watch: Open, url_of: Callable[[str], str], path: str, most: int, *, finger: bool
) -> None:
    page = watch(url_of("trouble"), has_touch=finger, is_mobile=finger).open(path)
    assert sheets(page) <= most


@pytest.mark.parametrize("path", ["/", "/jobs/1", "/servers/1"])
def test_only_what_is_to_be_read_is_on_it(
    watch: Open, url_of: Callable[[str], str], path: str
) -> None:
    page = watch(url_of("trouble"), viewport=A4).open(path)
    page.emulate_media(media="print")
    assert page.locator(_NOT_FOR_PAPER).locator("visible=true").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= A4["width"]
    lines = page.evaluate("getComputedStyle(document.querySelector('main a')).textDecorationLine")
    assert lines == "none"


def test_the_rows_are_rows(watch: Open, url_of: Callable[[str], str]) -> None:
    page = watch(url_of("trouble"), viewport=A4).open("/")
    page.emulate_media(media="print")
    cells = page.locator("[data-job] >> nth=0").locator("td, th")
    tops = {round(box["y"]) for cell in cells.all() if (box := cell.bounding_box())}
    assert len(tops) == 1


def test_it_is_dark_on_white_whatever_the_screen_is(
    watch: Open, url_of: Callable[[str], str]
) -> None:
    page = watch(url_of("trouble"), viewport=A4, color_scheme="dark").open("/")
    page.emulate_media(media="print")
    colours = page.evaluate(
        "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
