"""Draws the page: python -m tests.browser.screenshots FOLDER, in every state, size and scheme.

Three more are for the documentation: the begin of what a fleet in trouble looks like, the begin of
its digest as a mail, and a message.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Page, ViewportSize

from exporter.model.conditions import Condition
from exporter.notifications.composing import compose
from exporter.notifications.samples import event_of
from tests.browser import chromium
from tests.browser.chromium import SCHEMES, SIZES, Scheme, Watched
from tests.browser.fleets import STATES
from tests.browser.serving import serving
from tests.support.events import CONTEXT
from tests.support.process.commands import BOUND_SECONDS

_TALLEST = 4000
"""Pixels: the pages of ten thousand backups go on as they begin."""

_OF_README: ViewportSize = {"width": 1280, "height": 1072}
"""As far as what is in trouble, what runs, and the first that is fine."""

_OF_MAIL: ViewportSize = {"width": 700, "height": 1180}
"""As far as the tables of the first servers."""


def main() -> None:
    """Draw all into a folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with chromium.running() as browser:
        for state in STATES:
            with _served(state) as url:
                _draw_all(browser, url, folder / state)
        with _served("trouble") as url, _opened(browser, url, viewport=_OF_README) as watched:
            watched.open("/").screenshot(path=folder / "readme.png")
            _draw_mail(browser, url, folder / "digest.png")
        html = compose([event_of(Condition.FAILING)], CONTEXT).html
        with message_page(browser, html, width=600, scheme="light") as page:
            page.screenshot(path=folder / "message.png", full_page=True)


@contextmanager
def message_page(browser: Browser, html: str, *, width: int, scheme: Scheme) -> Iterator[Page]:
    """Show a message as a mail client does: without scripts."""
    size: ViewportSize = {"width": width, "height": 300}
    with browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=False) as own:
        page = own.new_page()
        page.set_content(html)
        yield page


def _draw_mail(browser: Browser, url: str, picture: Path) -> None:
    """Draw the begin of a mail, as wide as a mail program shows it."""
    html = requests.get(f"{url}/api/digest", timeout=BOUND_SECONDS).json()["data"]["html"]
    page = browser.new_page(viewport=_OF_MAIL)
    page.set_content(html)
    page.screenshot(path=picture)
    page.close()


@contextmanager
def _served(state: str) -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        STATES[state](Path(folder)) as daemon,
        serving(daemon) as url,
    ):
        yield url


@contextmanager
def _opened(browser: Browser, url: str, **options: Any) -> Iterator[Watched]:  # noqa: ANN401 - of Playwright
    watched = Watched(browser, url, **options)
    try:
        yield watched
    finally:
        watched.close()


def _draw_all(browser: Browser, url: str, start: Path) -> None:
    """Draw a state in every size and scheme; the names of the pictures begin with `start`."""
    for size, scheme in product(SIZES, SCHEMES):
        with _opened(browser, url, viewport=SIZES[size], color_scheme=scheme) as watched:
            _draw(watched.open("/"), start.with_name(f"{start.name}-{size}-{scheme}.png"))


def _draw(page: Page, picture: Path) -> None:
    """Draw a page from its top to its end, or as far as is of use."""
    height: int = page.evaluate("document.documentElement.scrollHeight")
    width: int = page.evaluate("innerWidth")
    page.set_viewport_size({"width": width, "height": min(height, _TALLEST)})
    page.screenshot(path=picture)


if __name__ == "__main__":
    main()
