"""Charts of a job's runs over time: a line with its axes, and the same in words."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from api import formatting
from exporter.model import Counts, Status, StoredRun
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis

WIDTH, HEIGHT = 460, 160
LEFT, RIGHT, TOP, BOTTOM = 72, 8, 10, 24
"""What the axes and their labels take of a chart, in its own units."""

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
    """A line, or dots where a run stands alone; `text` tells it without the picture."""

    title: str
    text: str
    line: str
    dots: str
    rows: tuple[Tick, ...]
    first: str
    last: str


class Measure(Struct, frozen=True):
    """What a chart shows of a run, how it is written, and where an axis may have its marks."""

    title: str
    value: Callable[[StoredRun], int | None]
    written: Callable[[int], str]
    step: Callable[[int], int]


def _byte_step(top: int) -> int:
    """Return how far the marks of sizes lie apart: round numbers of binary units."""
    unit = 1
    while top / _TICKS > _STEPS[-1] * unit:
        unit *= _UNIT
    return next(step for step in _STEPS if step * unit * _TICKS >= top) * unit


def _span_step(top: int) -> int:
    at = bisect_left(_SPANS, top / _TICKS)
    return _SPANS[at] if at < len(_SPANS) else -(-top // _TICKS // DAY) * DAY


def _whole(value: Callable[[Counts], int | None]) -> Callable[[StoredRun], int | None]:
    """Describe the whole source: a run that died or was interrupted counted a part of it."""
    return lambda stored: None if stored.run.status in _CUT_SHORT else value(stored.run.counts)


def _stored(stored: StoredRun) -> int | None:
    """Describe the destination, where the run looked at it."""
    return stored.run.counts.stored_bytes if stored.run.looked_at_destination else None


def _duration(stored: StoredRun) -> int | None:
    """Tell how long a run took, unless somebody ended it."""
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
    """Return a chart of each measure that two runs or more told, the oldest run first."""
    told = [(measure, list(_points(measure, runs))) for measure in MEASURES]
    return [_chart(measure, points) for measure, points in told if len(points) > 1]


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
    """Yield where points lie: time from left to right, zero at the bottom."""
    begin, end = points[0][0], points[-1][0]
    for timestamp, value in points:
        across = (timestamp - begin) / max(end - begin, 1)
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
