"""Pictures of what grows with the number of jobs: lines in a plain SVG."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

_WIDTH, _HEIGHT = 900, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 640, 48, 370
_LABEL_HEIGHT = 17
_COLOURS = ("#1f6feb", "#cf222e", "#1a7f37", "#9a6700", "#8250df", "#57606a", "#bf3989", "#0a7ea4")
_STYLE = (
    "text{font:13px sans-serif;fill:#1f2328}.title{font-size:15px;font-weight:bold}"
    ".grid{stroke:#d0d7de}.line{fill:none;stroke-width:2}"
)


class Line(NamedTuple):
    """A thing that was measured at each number of jobs; nothing of it is 0."""

    name: str
    values: Sequence[float]


class Panel(NamedTuple):
    """Lines of one unit."""

    title: str
    unit: str
    lines: Sequence[Line]


class _Scale(NamedTuple):
    """Where a number of jobs and a value are: from 10 to the power of `low` to that of `high`."""

    jobs: Sequence[int]
    low: int
    high: int

    def x(self, jobs: int) -> float:
        """Return how far right a number of jobs is."""
        first, last = math.log10(self.jobs[0]), math.log10(self.jobs[-1])
        part = (math.log10(jobs) - first) / max(last - first, 1)
        return _LEFT + 40 + (_RIGHT - _LEFT - 80) * part

    def y(self, value: float) -> float:
        """Return how far down a value is."""
        part = (math.log10(value) - self.low) / max(self.high - self.low, 1)
        return _BOTTOM - (_BOTTOM - _TOP) * part


def picture(jobs: Sequence[int], panels: Sequence[Panel]) -> str:
    """Return a picture of panels, one below the other; both axes are logarithmic."""
    height = _HEIGHT * len(panels)
    drawn = "\n".join(
        f'<g transform="translate(0 {_HEIGHT * number})">{"".join(_panel(jobs, panel))}</g>'
        for number, panel in enumerate(panels)
    )
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    background = f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    return f"{svg}\n<style>{_STYLE}</style>\n{background}\n{drawn}\n</svg>\n"


def _panel(jobs: Sequence[int], panel: Panel) -> Iterator[str]:
    values = [value for line in panel.lines for value in line.values]
    scale = _Scale(jobs, math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))))
    yield _text(_LEFT, 24, f"{panel.title} ({panel.unit})", 'class="title"')
    yield from _grid(scale)
    ends = _apart([scale.y(line.values[-1]) for line in panel.lines])
    for line, end, colour in zip(panel.lines, ends, _COLOURS, strict=False):
        yield from _line(scale, line, colour, end)


def _grid(scale: _Scale) -> Iterator[str]:
    for power in range(scale.low, scale.high + 1):
        y = scale.y(10.0**power)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>'
        yield _text(_LEFT - 8, y + 4, f"{10.0**power:,.10g}", 'text-anchor="end"')
    for each in scale.jobs:
        x = scale.x(each)
        yield f'<path class="grid" d="M{x:.1f} {_TOP}V{_BOTTOM}"/>'
        yield _text(x, _BOTTOM + 20, f"{each:,} jobs", 'text-anchor="middle"')


def _line(scale: _Scale, line: Line, colour: str, end: float) -> Iterator[str]:
    pairs = zip(scale.jobs, line.values, strict=True)
    points = [(scale.x(jobs), scale.y(value)) for jobs, value in pairs]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    yield f'<path class="line" stroke="{colour}" d="M{path}"/>'
    yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    x, y = points[-1]
    yield f'<path stroke="{colour}" d="M{x + 4:.1f} {y:.1f}L{_RIGHT + 18} {end:.1f}"/>'
    yield _text(_RIGHT + 22, end + 4, f"{line.name}: {written(line.values[-1])}", "")


def _apart(wanted: Sequence[float]) -> list[float]:
    """Return heights for labels near the wanted ones, none over another."""
    heights = list(wanted)
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    lowest = _BOTTOM + 0.0
    for place in reversed(order):
        heights[place] = min(wanted[place], lowest)
        lowest = heights[place] - _LABEL_HEIGHT
    highest = _TOP - _LABEL_HEIGHT * 1.0
    for place in order:
        heights[place] = max(heights[place], highest + _LABEL_HEIGHT)
        highest = heights[place]
    return heights


def _text(x: float, y: float, text: str, more: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'


def written(value: float) -> str:
    """Return a value with three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
