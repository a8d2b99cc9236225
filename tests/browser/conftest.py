"""One Chromium, and one daemon for each state, for all tests of this folder.

They end with the folder: Playwright keeps an event loop in the thread that later tests want.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.browser.chromium import Watched
from tests.browser.fleets import STATES
from tests.browser.serving import serving


class Open(Protocol):
    """Opens a page of a daemon, which is closed and judged with the test."""

    def __call__(self, url: str, **options: Any) -> Watched:  # noqa: ANN401 - of Playwright
        """Open it with Playwright's options of a context."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium.running() as browser:
        yield browser


@pytest.fixture(scope="package")
def url_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Return where the daemon of a state is, started once it is asked for."""
    urls: dict[str, str] = {}
    with ExitStack() as stack:

        def find(state: str) -> str:
            if state not in urls:
                daemon = stack.enter_context(STATES[state](tmp_path_factory.mktemp(state)))
                urls[state] = stack.enter_context(serving(daemon))
            return urls[state]

        yield find


@pytest.fixture
def watch(browser: Browser) -> Iterator[Open]:
    with ExitStack() as stack:

        def open_page(url: str, **options: Any) -> Watched:  # noqa: ANN401 - of Playwright
            watched = Watched(browser, url, **options)
            stack.callback(watched.close)
            return watched

        yield open_page
