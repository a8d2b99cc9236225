"""A picture has each line, and no label over another."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from tests.tools.bench.picture import Line, Panel, picture, written

_SVG = "{http://www.w3.org/2000/svg}"
_JOBS = (1_000, 10_000, 100_000)


def _drawn(*panels: Panel) -> ET.Element:
    return ET.fromstring(picture(_JOBS, panels))


def _texts(drawn: ET.Element) -> list[str]:
    return [each.text or "" for each in drawn.iter(f"{_SVG}text")]


def test_each_line_has_its_name_its_last_value_and_a_point_for_each_size() -> None:
    lines = [Line("scrape & page", [1, 12, 1234]), Line("start", [500, 900, 4000])]
    drawn = _drawn(Panel("Time", "ms", lines))
    assert {"Time (ms)", "scrape & page: 1,234", "start: 4,000"} <= set(_texts(drawn))
    assert len(list(drawn.iter(f"{_SVG}circle"))) == 6


def test_labels_of_equal_lines_are_below_each_other() -> None:
    lines = [Line(f"line {number}", [1, 1, 1]) for number in range(8)]
    drawn = _drawn(Panel("Time", "ms", [*lines, Line("other", [1, 10, 1000])]))
    heights = [
        float(each.get("y", "0"))
        for each in drawn.iter(f"{_SVG}text")
        if re.match(r"line \d:", each.text or "")
    ]
    assert all(abs(low - high) >= 15 for low, high in pairwise(sorted(heights)))


def test_ten_times_the_jobs_are_as_far_apart_everywhere() -> None:
    drawn = _drawn(Panel("Time", "ms", [Line("scrape", [1, 10, 100])]))
    points = [
        (float(each.get("cx", "")), float(each.get("cy", "")))
        for each in drawn.iter()
        if each.tag == f"{_SVG}circle"
    ]
    first, second, third = points
    assert second[0] - first[0] == third[0] - second[0]
    assert first[1] - second[1] == second[1] - third[1]


def test_values_are_short() -> None:
    assert [written(value) for value in (0.01234, 12.345, 1234.5)] == ["0.0123", "12.3", "1,234"]
