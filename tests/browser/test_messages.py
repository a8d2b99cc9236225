"""A message in HTML fits a phone and a mail client, and asks nobody for anything."""

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser

from exporter.model.conditions import Condition
from exporter.notifications.composing import compose
from exporter.notifications.events import Event
from exporter.notifications.samples import event_of
from tests.browser.chromium import SCHEMES, Scheme
from tests.browser.screenshots import message_page
from tests.support.events import CONTEXT, jobs, of_job

LONG = of_job(f"{'s' * 60} / {'b' * 60}", Condition.SECOND_COPY)
MESSAGES = {
    "one": [event_of(Condition.FAILING)],
    "long name": [LONG],
    "many": [*jobs(34, servers=4), LONG],
}


@pytest.mark.parametrize("width", [600, 360])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("events", MESSAGES.values(), ids=MESSAGES)
def test_a_message_fits_and_loads_nothing(
    browser: Browser, events: list[Event], scheme: Scheme, width: int
) -> None:
    html = compose(events, replace(CONTEXT, notice="The monitor was away.")).html
    asked: list[str] = []
    with message_page(browser, html, width=width, scheme=scheme) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").count() == 1
    assert [url for url in asked if not url.startswith(("about:", "data:"))] == []


def test_words_and_their_background_differ_in_both_schemes(browser: Browser) -> None:
    html = compose([event_of(Condition.FAILING)], CONTEXT).html
    shades = set()
    for scheme in SCHEMES:
        with message_page(browser, html, width=600, scheme=scheme) as page:
            colour = page.locator("h1").evaluate("each => getComputedStyle(each).color")
            back = page.locator(".card").evaluate("each => getComputedStyle(each).backgroundColor")
            assert colour != back
            shades.add((colour, back))
    assert len(shades) == len(SCHEMES)
