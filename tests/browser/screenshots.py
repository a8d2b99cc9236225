"""Draws the pages: python -m tests.browser.screenshots FOLDER.

The overview in every state, size and scheme; every page of the demonstration, in `FOLDER/pages`.
Some more are for the documentation: the begin of the demonstration on a screen and on a phone, the
begin of its digest as a mail, and a message.
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
from tests.browser.picturing import LOOKS, draw, draw_pages
from tests.browser.serving import serving
from tests.support.events import CONTEXT
from tests.support.process.commands import BOUND_SECONDS

_OF_README: ViewportSize = {"width": 1280, "height": 1130}
"""As far as the first that fail."""

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
        with _served("demo") as url:
            _draw_begins(browser, url, folder)
            jobs = requests.get(f"{url}/api/jobs", timeout=BOUND_SECONDS).json()["data"]["jobs"]
            draw_pages(browser, url, jobs, folder / "pages")
        html = compose([event_of(Condition.FAILING)], CONTEXT).html
        with message_page(browser, html, width=600, scheme="light") as page:
            page.screenshot(path=folder / "message.png", full_page=True)


def _draw_begins(browser: Browser, url: str, folder: Path) -> None:
    for name, options in {"readme": {"viewport": _OF_README}, "phone": LOOKS["phone"]}.items():
        with _opened(browser, url, **options) as watched:
            watched.open("/").screenshot(path=folder / f"{name}.png")
    _draw_mail(browser, url, folder / "digest.png")


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
            draw(watched.open("/"), start.with_name(f"{start.name}-{size}-{scheme}.png"))


if __name__ == "__main__":
    main()
