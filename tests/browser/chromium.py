"""Debian's Chromium without a window, and pages of it that tell what they did."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    ViewportSize,
    sync_playwright,
)

from tests.support.process.commands import BOUND_SECONDS, needed

Scheme = Literal["light", "dark"]

_FLAGS = [
    "--no-sandbox",  # root, as CI is, cannot have it; nothing but pages of ours is shown
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no machine but this is found
]

_MILLISECONDS = 1000

SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 900},
}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NARROWEST: ViewportSize = {"width": 320, "height": 640}
"""What WCAG 2.2 asks to be readable without scrolling sideways (1.4.10)."""


@contextmanager
def running() -> Iterator[Browser]:
    """Run a Chromium."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=needed("chromium"), args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page of a daemon. It reaches nothing but that, and remembers what went wrong."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:  # noqa: ANN401 - of Playwright
        """Open an empty page.

        Args:
            browser: whose page it is.
            url: where the daemon is.
            options: what Playwright takes for a context: viewport, color_scheme, …
        """
        self.url = url
        self.strayed: list[str] = []
        self.complaints: list[str] = []
        self.answers: list[Response] = []
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(BOUND_SECONDS * _MILLISECONDS)
        self.page: Page = self.context.new_page()
        self.page.on("request", self._follow)
        self.page.on("console", self._hear)
        self.page.on("pageerror", self._note)
        self.page.on("response", self._keep)

    def open(self, path: str) -> Page:
        """Go to a path of the daemon."""
        self.page.goto(f"{self.url}{path}")
        return self.page

    def close(self) -> None:
        """Close the page; see that it asked nobody else for anything, and nothing went wrong."""
        self.context.close()
        assert self.strayed == [], self.strayed
        assert self.complaints == [], self.complaints

    def _follow(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:")):
            self.strayed.append(request.url)

    def _keep(self, answer: Response) -> None:
        self.answers.append(answer)

    def _hear(self, message: ConsoleMessage) -> None:
        is_icon = "/favicon-" in message.location["url"]  # it may come after the daemon's end
        if message.type in ("error", "warning") and not is_icon:
            self.complaints.append(message.text)

    def _note(self, error: Error) -> None:
        self.complaints.append(str(error))
