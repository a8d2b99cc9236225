"""Charts of a job's runs over time: a line with its axes, and a text with the same."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from api.page.drawing import sparklines
from api.page.drawing.sparklines import Path
from exporter import formatting
from exporter.jobs.destination import free_bytes
from exporter.language import gettext as _
from exporter.language import marked, pgettext
from exporter.model import Counts, Status, StoredRun
from exporter.schedule.missed import Gap
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis

WIDTH, HEIGHT = 460, 160
LEFT, RIGHT, TOP, BOTTOM = 72, 8, 10, 24
"""The margins of a chart for axes and labels, in its own units."""

_TICKS = 4
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_UNIT = 1024
_SPANS = (
    *(count * SECOND for count in (1, 2, 5, 15, 30)),
    *(count * MINUTE for count in (1, 2, 5, 15, 30)),
    *(count * HOUR for count in (1, 2, 4, 8, 12)),
    *(count * DAY for count in (1, 2, 5, 10)),
)

_PREFIXES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_SPAN_UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"), (1, "ms"))

MARKS = {
    sparklines.MISSED: "m-2-3h4v6h-4z",
    marked("failed"): "m-3-3l6 6m0-6l-6 6",
    marked("interrupted"): "m-3 0l3-4 3 4-3 4z",
}
"""How what went wrong is drawn around its place at the axis: a box, which the style sheet dots, a
cross, a diamond."""

Point = tuple[Millis, int]


class Tick(Struct, frozen=True):
    """A mark of an axis."""

    at: float
    label: str


class Chart(Struct, frozen=True):
    """A line, or dots where a run is alone; `text` says the same without the picture.

    `marks` stand at the axis for runs that failed, were interrupted or did not come. `values` are
    those of the points, by the starts of their runs.
    """

    title: str
    text: str
    line: str
    dots: str
    rows: tuple[Tick, ...]
    first: str
    last: str
    marks: tuple[Path, ...] = ()
    values: Mapping[Millis, str] = {}


def _size_tick(value: int, step: int) -> str:
    """Return a size in the unit of the steps."""
    power = min((step.bit_length() - 1) // 10, len(_PREFIXES) - 1)
    return (
        f"{formatting.number(value // _UNIT**power)} {pgettext(formatting.UNIT, _PREFIXES[power])}"
    )


def _span_tick(value: int, step: int) -> str:
    """Return a duration in the largest unit of which a step is a multiple."""
    unit, name = next(each for each in _SPAN_UNITS if step % each[0] == 0)
    return f"{formatting.number(value // unit)} {pgettext(formatting.UNIT, name)}"


class Measure(Struct, frozen=True):
    """What a chart shows of a run, how it is formatted, and the steps of its axis.

    `tick` writes a value on the axis, in the unit that suits all of its marks.
    """

    title: str
    value: Callable[[StoredRun], int | None]
    written: Callable[[int], str]
    step: Callable[[int], int]
    tick: Callable[[int, int], str] = _size_tick


def _byte_step(top: int) -> int:
    """Return the step between the marks of sizes: a round number of binary units."""
    unit = 1
    while top / _TICKS > _STEPS[-1] * unit:
        unit *= _UNIT
    return next(step for step in _STEPS if step * unit * _TICKS >= top) * unit


def _span_step(top: int) -> int:
    at = bisect_left(_SPANS, top / _TICKS)
    return _SPANS[at] if at < len(_SPANS) else -(-top // _TICKS // DAY) * DAY


def _whole(value: Callable[[Counts], int | None]) -> Callable[[StoredRun], int | None]:
    """Return a value of the whole source: runs that were cut short counted only a part."""
    return lambda stored: None if stored.run.status.is_cut_short else value(stored.run.counts)


def _stored(stored: StoredRun) -> int | None:
    """Return the size at the destination, where the run looked at it."""
    return stored.run.counts.stored_bytes if stored.run.looked_at_destination else None


def _duration(stored: StoredRun) -> int | None:
    """Return the duration of a run, unless it was interrupted."""
    return None if stored.run.status is Status.INTERRUPTED else stored.run.duration


FREE_SPACE = Measure(marked("Free space"), free_bytes, formatting.size, _byte_step)
MEASURES = (
    Measure(
        marked("Source size"),
        _whole(lambda counts: counts.examined_bytes),
        formatting.size,
        _byte_step,
    ),
    Measure(marked("Stored"), _stored, formatting.size, _byte_step),
    Measure(marked("Duration"), _duration, formatting.duration, _span_step, _span_tick),
    Measure(
        marked("Uploaded"),
        lambda stored: stored.run.counts.uploaded_bytes,
        formatting.size,
        _byte_step,
    ),
    FREE_SPACE,
)


def charts(runs: Sequence[StoredRun], gaps: Iterable[Gap] = ()) -> list[Chart]:
    """Return a chart of each measure that two runs or more reported, the oldest run first."""
    measured = [(measure, list(_points(measure, runs))) for measure in MEASURES]
    odd = sorted(_odd(runs, gaps))
    return [_chart(measure, points, odd) for measure, points in measured if len(points) > 1]


def table(drawn: Sequence[Chart]) -> list[tuple[str, list[str]]]:
    """Return the values of charts by the starts of their runs, newest first, "" for none."""
    starts = sorted({start for chart in drawn for start in chart.values}, reverse=True)
    return [
        (formatting.exact(start), [chart.values.get(start, "") for chart in drawn])
        for start in starts
    ]


def _points(measure: Measure, runs: Iterable[StoredRun]) -> Iterable[Point]:
    for stored in runs:
        value = measure.value(stored)
        if value is not None:
            yield stored.started, value


def _odd(runs: Iterable[StoredRun], gaps: Iterable[Gap]) -> Iterable[tuple[Millis, str]]:
    """Yield when runs failed, were interrupted or did not come."""
    for stored in runs:
        if not stored.run.status.completed:
            yield stored.started, "failed" if stored.run.status.failed else "interrupted"
    for gap in gaps:
        yield from ((start, sparklines.MISSED) for start in gap.starts)


def _chart(measure: Measure, points: list[Point], odd: list[tuple[Millis, str]]) -> Chart:
    values = [value for _at, value in points]
    step = measure.step(max(*values, 1))
    count = max(1, -(-max(values) // step))
    start = points[0][0]
    shown = [each for each in odd if each[0] >= start]
    end = max(at for at, _of in (*points, *shown))
    across = _scale(start, end)
    places = [f"{across(at)} {_height(value, step * count):.1f}" for at, value in points]
    return Chart(
        title=measure.title,
        text=_text(measure, points, shown),
        line="M" + "L".join(places),
        dots="".join(f"M{place}h0" for place in places),
        rows=tuple(_marks(measure, step, count)),
        first=formatting.day(start),
        last=formatting.day(end),
        marks=tuple(_odd_marks(shown, across)),
        values={at: measure.written(value) for at, value in points},
    )


def _scale(start: Millis, end: Millis) -> Callable[[Millis], str]:
    """Return where a time lies from left to right."""
    width = (WIDTH - LEFT - RIGHT) / max(end - start, 1)
    return lambda at: f"{LEFT + (at - start) * width:.1f}"


def _odd_marks(
    odd: Sequence[tuple[Millis, str]], across: Callable[[Millis], str]
) -> Iterable[Path]:
    for name, shape in MARKS.items():
        steps = [f"M{across(at)} {HEIGHT - BOTTOM}{shape}" for at, found in odd if found == name]
        if steps:
            yield Path(name, "".join(steps))


def _height(value: int, top: int) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP)


def _marks(measure: Measure, step: int, count: int) -> Iterable[Tick]:
    for number in range(count + 1):
        value = number * step
        label = measure.tick(value, step) if value else "0"
        yield Tick(round(_height(value, step * count), 1), label)


def _text(measure: Measure, points: list[Point], odd: Iterable[tuple[Millis, str]]) -> str:
    values = [value for _at, value in points]
    least, most = measure.written(min(values)), measure.written(max(values))
    newest = measure.written(values[-1])
    counted = Counter(name for _at, name in odd)
    besides = "".join(f", {counted[name]} {_(name)}" for name in MARKS if counted[name])
    text = _("{count} runs from {first} to {last}: {least} to {most}, the newest {newest}")
    first, last = (formatting.day(at) for at, _value in (points[0], points[-1]))
    told = text.format(
        count=len(points), first=first, last=last, least=least, most=most, newest=newest
    )
    return told + besides
