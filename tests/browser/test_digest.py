"""The digest on paper and as a mail."""

from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.axe import violations
from tests.browser.chromium import SCHEMES
from tests.browser.conftest import Open
from tests.support.process.commands import BOUND_SECONDS

A4: ViewportSize = {"width": 688, "height": 1000}
"""Between margins of 14 mm."""

PHONE: ViewportSize = {"width": 360, "height": 800}

_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def mail(browser: Browser, url_of: Callable[[str], str]) -> Iterator[Page]:
    """The mail of a fleet in trouble, in a window that loads nothing."""
    answer = requests.get(f"{url_of('trouble')}/api/digest", timeout=BOUND_SECONDS)
    page = browser.new_page(viewport=PHONE)
    page.route("**", lambda route: route.abort())
    page.set_content(answer.json()["data"]["html"])
    yield page
    page.close()


def test_on_paper_it_is_a_table_within_the_margins(
    watch: Open, url_of: Callable[[str], str]
) -> None:
    page = watch(url_of("trouble"), viewport=A4).open("/digest")
    page.emulate_media(media="print")
    assert page.evaluate(_SIDEWAYS) == 0
    assert page.locator("header, nav, footer").locator("visible=true").count() == 0
    cells = page.locator(".digest tbody tr").first.locator("td, th")
    tops = {round(box["y"]) for cell in cells.all() if (box := cell.bounding_box())}
    assert len(tops) == 1


@pytest.mark.parametrize("width", [360, 700])
def test_a_mail_fits_a_phone_and_a_window(mail: Page, width: int) -> None:
    mail.set_viewport_size({"width": width, "height": 800})
    assert mail.evaluate(_SIDEWAYS) == 0
    box = mail.locator(".card").bounding_box()
    assert box is not None
    assert box["width"] <= 640


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_mail_can_be_read_in_the_light_and_in_the_dark(mail: Page, scheme: str) -> None:
    mail.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert [each for each in violations(mail) if "contrast" in str(each)] == []
