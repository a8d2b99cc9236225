"""The overview in each of its states, as different people see it."""

from collections.abc import Callable
from itertools import product

import pytest

from exporter.times import HOUR
from tests.browser.axe import violations
from tests.browser.chromium import NARROWEST, SCHEMES, SIZES
from tests.browser.conftest import Open
from tests.browser.fleets import STATES
from tests.browser.serving import serving
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import documented_report

MAX_BYTES = 100_000

_BUTTON = "Copy"
"""The one thing that only JavaScript can do."""

_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

_DRAWN = """() => [...new Set(
    [...document.querySelectorAll('main .i, .spark, .strip path:not(.s-warning)')]
        .map(each => getComputedStyle(each).stroke)
)]"""
_OF_TEXT = "() => getComputedStyle(document.body).color"

_SENTENCES = {
    "fine": "All 9 backups are fine",
    "trouble": "3 of 40 backups are overdue, 3 failed",
    "every": "1 of 20 backups is overdue, 1 failed",
    "demo": "3 of 45 backups are overdue, 2 failed",
    "empty": "No backup has reported yet",
    "many": "5,000 of 10,000 backups are overdue",
}


@pytest.mark.parametrize("state", STATES)
def test_the_answer_is_on_the_first_screen(
    watch: Open, url_of: Callable[[str], str], state: str
) -> None:
    page = watch(url_of(state), viewport=SIZES["phone"]).open("/")
    sentence = page.locator("#sentence")
    assert (sentence.text_content() or "").strip().startswith(_SENTENCES[state])
    box = sentence.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < SIZES["phone"]["height"]


_OF_ONE = ("/jobs/1", "/servers/1", "/digest")
PAGES = [
    *((state, "/") for state in STATES),
    *(("trouble", path) for path in _OF_ONE),
    ("every", "/jobs/1"),
]


@pytest.mark.parametrize(("state", "path"), PAGES)
def test_everybody_can_use_it(
    watch: Open, url_of: Callable[[str], str], state: str, path: str
) -> None:
    page = watch(url_of(state)).open(path)
    found = {}
    for size, scheme in product(SIZES, SCHEMES):
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=scheme)
        found[size, scheme] = violations(page)
    assert not any(found.values()), found


@pytest.mark.parametrize(("state", "path"), PAGES)
def test_nothing_has_to_be_scrolled_sideways(
    watch: Open, url_of: Callable[[str], str], state: str, path: str
) -> None:
    page = watch(url_of(state), viewport=NARROWEST).open(path)
    assert page.evaluate(_SIDEWAYS) == 0


def test_who_chose_colours_sees_the_drawings_in_them(
    watch: Open, url_of: Callable[[str], str]
) -> None:
    page = watch(url_of("fine"), forced_colors="active", color_scheme="dark").open("/")
    assert page.evaluate(_DRAWN) == [page.evaluate(_OF_TEXT)]


@pytest.mark.parametrize("state", STATES)
def test_it_says_the_same_without_javascript(
    watch: Open, url_of: Callable[[str], str], state: str
) -> None:
    told = [
        watch(url_of(state), java_script_enabled=enabled).open("/").locator("main").inner_text()
        for enabled in (True, False)
    ]
    with_it, without = (text.splitlines() for text in told)
    assert [line for line in with_it if line != _BUTTON] == without


def test_fifty_backups_are_little_to_send(watch: Open, daemon: Daemon) -> None:
    for number in range(50):
        for day in range(3):
            report = documented_report(
                began=NOW - day * 24 * HOUR - HOUR,
                server=f"server-{number % 10}.branch-office.example",
                backup=f"Everything of the department {number}",
            )
            daemon.upload(report)
    with serving(daemon) as url:
        watched = watch(url)
        watched.open("/")
        sizes = {each.url: len(each.body()) for each in watched.answers}
    assert sum(sizes.values()) < MAX_BYTES, sizes
