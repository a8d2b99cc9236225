"""Draws every page of the demonstration: light, dark, on a phone, on a tablet and on paper."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.chromium import SIZES, Watched
from tests.browser.test_digest import A4
from tests.browser.test_signing_in import press, sign_in

_TALLEST = 4000
"""Pixels: the pages of ten thousand backups go on as they begin."""

LOOKS: Mapping[str, Mapping[str, Any]] = {
    "light": {"viewport": SIZES["desktop"]},
    "dark": {"viewport": SIZES["desktop"], "color_scheme": "dark"},
    "phone": {"viewport": SIZES["phone"], "has_touch": True, "is_mobile": True},
    "tablet": {"viewport": {"width": 768, "height": 1024}, "has_touch": True},
    "paper": {"viewport": A4},
}

_PLACES = {
    "overview": "/",
    "servers": "/servers",
    "refused": "/refused",
    "notifications": "/notifications",
    "connect": "/connect",
    "audit": "/audit",
    "digest": "/digest",
    "missing": "/nowhere",
}

_CHOSEN = ("failing", "filling", "second_copy", "unnamed", "waiting", "running")
"""The conditions of which the page of a backup is drawn."""


def draw_pages(browser: Browser, url: str, jobs: list[dict[str, Any]], folder: Path) -> None:
    """Draw every page into a folder, as who is signed in sees it."""
    folder.mkdir(exist_ok=True)
    for look, options in LOOKS.items():
        watched = Watched(browser, url, **options)
        for name, page in _pages(watched, jobs):
            page.emulate_media(media="print" if look == "paper" else "screen")
            draw(page, folder / f"{name}-{look}.png")
            page.emulate_media(media="screen")
            page.set_viewport_size(options["viewport"])
        watched.context.close()


def draw(page: Page, picture: Path) -> None:
    """Draw a page from its top to its end, or as far as is of use."""
    height: int = page.evaluate("document.documentElement.scrollHeight")
    width: int = page.evaluate("innerWidth")
    page.set_viewport_size({"width": width, "height": min(height, _TALLEST)})
    page.screenshot(path=picture)


def _pages(watched: Watched, jobs: list[dict[str, Any]]) -> Iterator[tuple[str, Page]]:
    """Yield the pages one after the other, the first without a session."""
    yield "sign-in", watched.open("/sign-in")
    sign_in(watched.page)
    for name, path in _PLACES.items():
        yield name, watched.open(path)
    for condition in _CHOSEN:
        job = next(each for each in jobs if condition in each["conditions"])
        yield f"job-{condition}", watched.open(f"/jobs/{job['id']}")
    yield "server", watched.open(f"/servers/{jobs[0]['serverId']}")
    yield "delete", watched.open(f"/jobs/{jobs[0]['id']}/delete")
    yield "error", _refused_form(watched.open(f"/jobs/{jobs[0]['id']}"))


def _refused_form(page: Page) -> Page:
    page.evaluate("document.querySelectorAll('#change details').forEach(each => each.open = true)")
    page.get_by_label("By a calendar").check()
    page.get_by_label("Calendar", exact=True).fill("every night")
    press(page, "Save the schedule")
    return page
