"""The charts tell their values to who points, touches or presses keys; logs open without a jump."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.chromium import SIZES
from tests.browser.conftest import Open
from tests.browser.test_keyboard import tab_to

_COLUMNS = """() => [...document.querySelectorAll('.history thead th')]
    .map(each => [each.getBoundingClientRect().x, each.getBoundingClientRect().width])"""
_PLACES = "() => [...document.querySelectorAll('.charts figure')].map(each => each.offsetLeft)"
_VALUES = """() => [...document.querySelectorAll('#values tbody tr')]
    .map(row => `${row.cells[0].textContent}: ${row.cells[1].textContent}`)"""
_READOUT = "#chart-0 .readout"

WIDE = SIZES["desktop"]


@pytest.fixture
def job(watch: Open, url_of: Callable[[str], str]) -> Page:
    """Open the page of a job with ninety days of runs, its first chart on the screen."""
    page = watch(url_of("trouble"), viewport=WIDE, has_touch=True).open("/jobs/1")
    page.locator("#chart-0 svg").scroll_into_view_if_needed()
    return page


def values(page: Page) -> list[str]:
    """Return the time and the value of each run of the first chart, the newest first."""
    found: list[str] = page.evaluate(_VALUES)
    return found


def test_a_log_that_opens_moves_no_column(job: Page) -> None:
    before = job.evaluate(_COLUMNS)
    for summary in job.locator(".history summary").all()[:3]:
        summary.click()
    assert job.locator(".history details[open]").count() == 3
    assert job.evaluate(_COLUMNS) == before


def test_a_chart_tells_the_value_of_the_run_that_is_pointed_at(job: Page) -> None:
    chart, readout = job.locator("#chart-0 svg"), job.locator(_READOUT)
    summary = readout.text_content() or ""
    box = chart.bounding_box()
    assert box is not None
    job.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    expect(readout).to_have_text(values(job)[0])
    job.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    expect(readout).to_have_text(values(job)[-1])
    job.mouse.move(0, 0)
    expect(readout).to_have_text(summary)


def test_a_chart_tells_the_value_of_the_run_that_is_touched(job: Page) -> None:
    box = job.locator("#chart-0 svg").bounding_box()
    assert box is not None
    job.touchscreen.tap(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    expect(job.locator(_READOUT)).to_have_text(values(job)[0])


def test_a_chart_is_one_stop_of_the_keyboard_and_its_runs_are_reached_by_arrows(job: Page) -> None:
    readout = job.locator(_READOUT)
    told = values(job)
    tab_to(job, "#chart-0 svg")
    expect(readout).to_have_text(told[0])
    for key, place in (("ArrowLeft", 1), ("ArrowLeft", 2), ("ArrowRight", 1), ("Home", -1)):
        job.keyboard.press(key)
        expect(readout).to_have_text(told[place])
    job.keyboard.press("ArrowLeft")
    expect(readout).to_have_text(told[-1])
    job.keyboard.press("Tab")
    assert job.evaluate("document.activeElement.matches('#chart-1 svg')")
    assert job.locator("#chart-0 .at").get_attribute("visibility") == "hidden"


def test_who_cannot_point_reads_the_values_in_a_table(
    watch: Open, url_of: Callable[[str], str]
) -> None:
    page = watch(url_of("trouble"), java_script_enabled=False).open("/jobs/1")
    rows = page.locator("#values tbody tr")
    assert not rows.first.is_visible()
    page.locator("#values summary").click()
    assert rows.first.is_visible()
    assert rows.count() > 80
    assert page.locator("#chart-0 svg").get_attribute("tabindex") is None


@pytest.mark.parametrize(("width", "columns"), [(1280, 2), (768, 2), (719, 1), (390, 1)])
def test_charts_lie_two_by_two_where_there_is_room(
    watch: Open, url_of: Callable[[str], str], width: int, columns: int
) -> None:
    page = watch(url_of("trouble"), viewport={"width": width, "height": 900}).open("/jobs/1")
    assert len(set(page.evaluate(_PLACES))) == columns


def test_an_open_table_and_a_read_chart_stay_usable_by_everybody(job: Page) -> None:
    job.locator("#values summary").click()
    job.locator("#chart-0 svg").focus()
    assert violations(job) == []


def test_a_head_of_a_column_sorts_and_says_so(watch: Open, url_of: Callable[[str], str]) -> None:
    page = watch(url_of("trouble"), viewport=WIDE, java_script_enabled=False).open("/?q=a")
    page.get_by_role("link", name="source size").click()
    assert page.url.endswith("/?q=a&sort=-size")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    page.get_by_role("link", name="source size").click()
    assert page.url.endswith("/?q=a&sort=size")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    assert page.locator("select[name=sort]").input_value() == "size"
