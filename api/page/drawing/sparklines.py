"""Sparklines of a row: the durations of the last runs, and how they ended.

A path for each status and none for each run: 200 rows of 30 runs must stay small.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from exporter import formatting
from exporter.model import Status
from exporter.store import PastRun

RUNS = 30
"""A row shows the last month of a job that runs daily."""

CELL = 5
HEIGHT = 14

SHAPES = {
    Status.SUCCESS: "2 4v8",
    Status.WARNING: "2 1l2 12h-4z",
    Status.ERROR: "2 0v8m0 2v4",
    Status.FATAL: "2 0v14",
    Status.UNKNOWN: "1 2h3v9h-3z",
    Status.INTERRUPTED: "0 4l4 8m0-8l-4 8",
}
"""How a run is drawn, from where in its cell, so that colours are not needed: a short bar, a
triangle, an exclamation mark, a tall bar, an empty one, a cross. The style sheet makes bars of
lines."""


class Path(Struct, frozen=True):
    """The runs of one status."""

    status: Status
    steps: str


class StatusStrip(Struct, frozen=True):
    """The last runs, the newest at the right, and the same in words."""

    paths: tuple[Path, ...]
    text: str


class Spark(Struct, frozen=True):
    """A line of durations and the same in words."""

    steps: str
    text: str


def strip(runs: Sequence[PastRun]) -> StatusStrip | None:
    """Draw how runs ended, the oldest first; None where there are none."""
    if not runs:
        return None
    counted = Counter(run.status for run in runs)
    paths = [Path(each, "".join(_marks(runs, each))) for each in Status if counted[each]]
    ends = ", ".join(f"{counted[each]} {each.value}" for each in Status if counted[each])
    newest = runs[-1].status.value
    return StatusStrip(tuple(paths), f"Last {_runs(len(runs))}: {ends}; the newest {newest}")


def spark(runs: Sequence[PastRun]) -> Spark | None:
    """Draw how long runs took, the oldest first; None where fewer than two reported it."""
    timed = [
        (place, run.duration)
        for place, run in enumerate(runs)
        if run.duration is not None and run.status is not Status.INTERRUPTED
    ]
    if len(timed) <= 1:
        return None
    spans = [span for _, span in timed]
    top = max(*spans, 1)
    first = RUNS - len(runs)
    points = (f"{(first + at) * CELL + 2} {HEIGHT - 1 - _tall(span, top)}" for at, span in timed)
    shortest, longest = formatting.duration(min(spans)), formatting.duration(max(spans))
    text = f"Last {_runs(len(timed))} took {shortest} to {longest}"
    return Spark("M" + "L".join(points), text)


def _marks(runs: Sequence[PastRun], status: Status) -> Iterator[str]:
    first = RUNS - len(runs)
    for place, run in enumerate(runs):
        if run.status is status:
            across, _, shape = SHAPES[status].partition(" ")
            yield f"M{(first + place) * CELL + int(across)} {shape}"


def _tall(span: int, top: int) -> int:
    return round(span / top * (HEIGHT - 2))


def _runs(count: int) -> str:
    return "run" if count == 1 else f"{count} runs"
