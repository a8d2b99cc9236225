"""Charts of a job's runs over time: a line with its axes, and a text with the same."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from exporter import formatting
from exporter.model import Counts, Status, StoredRun
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

_CUT_SHORT = (Status.FATAL, Status.INTERRUPTED)

Point = tuple[Millis, int]


class Tick(Struct, frozen=True):
    """A mark of an axis."""

    at: float
    label: str


class Chart(Struct, frozen=True):
    """A line, or dots where a run is alone; `text` says the same without the picture."""

    title: str
    text: str
    line: str
    dots: str
    rows: tuple[Tick, ...]
    first: str
    last: str


class Measure(Struct, frozen=True):
    """What a chart shows of a run, how it is formatted, and the steps of its axis."""

    title: str
    value: Callable[[StoredRun], int | None]
    written: Callable[[int], str]
    step: Callable[[int], int]


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
    return lambda stored: None if stored.run.status in _CUT_SHORT else value(stored.run.counts)


def _stored(stored: StoredRun) -> int | None:
    """Return the size at the destination, where the run looked at it."""
    return stored.run.counts.stored_bytes if stored.run.looked_at_destination else None


def _duration(stored: StoredRun) -> int | None:
    """Return the duration of a run, unless it was interrupted."""
    return None if stored.run.status is Status.INTERRUPTED else stored.run.duration


MEASURES = (
    Measure(
        "Source size", _whole(lambda counts: counts.examined_bytes), formatting.size, _byte_step
    ),
    Measure("Stored", _stored, formatting.size, _byte_step),
    Measure("Duration", _duration, formatting.duration, _span_step),
    Measure(
        "Uploaded", lambda stored: stored.run.counts.uploaded_bytes, formatting.size, _byte_step
    ),
)


def charts(runs: Sequence[StoredRun]) -> list[Chart]:
    """Return a chart of each measure that two runs or more reported, the oldest run first."""
    measured = [(measure, list(_points(measure, runs))) for measure in MEASURES]
    return [_chart(measure, points) for measure, points in measured if len(points) > 1]


def _points(measure: Measure, runs: Iterable[StoredRun]) -> Iterable[Point]:
    for stored in runs:
        value = measure.value(stored)
        if value is not None:
            yield stored.started, value


def _chart(measure: Measure, points: list[Point]) -> Chart:
    values = [value for _, value in points]
    step = measure.step(max(*values, 1))
    count = max(1, -(-max(values) // step))
    places = list(_places(points, step * count))
    return Chart(
        title=measure.title,
        text=_text(measure, points),
        line="M" + "L".join(places),
        dots="".join(f"M{place}h0" for place in places),
        rows=tuple(_marks(measure, step, count)),
        first=formatting.day(points[0][0]),
        last=formatting.day(points[-1][0]),
    )


def _places(points: list[Point], top: int) -> Iterable[str]:
    """Yield the coordinates of points: time from left to right, zero at the bottom."""
    start, end = points[0][0], points[-1][0]
    for timestamp, value in points:
        across = (timestamp - start) / max(end - start, 1)
        x = LEFT + across * (WIDTH - LEFT - RIGHT)
        yield f"{x:.1f} {_height(value, top):.1f}"


def _height(value: int, top: int) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP)


def _marks(measure: Measure, step: int, count: int) -> Iterable[Tick]:
    for number in range(count + 1):
        value = number * step
        yield Tick(round(_height(value, step * count), 1), measure.written(value))


def _text(measure: Measure, points: list[Point]) -> str:
    values = [value for _, value in points]
    least, most = measure.written(min(values)), measure.written(max(values))
    newest = measure.written(values[-1])
    return (
        f"{len(points)} runs from {formatting.day(points[0][0])}"
        f" to {formatting.day(points[-1][0])}: "
        f"{least} to {most}, the newest {newest}"
    )
