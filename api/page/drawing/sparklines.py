"""Sparklines of a row: the durations of the last runs, and how they ended.

A path for each status and none for each run: 200 rows of 30 runs must stay small.
"""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from exporter import formatting
from exporter.language import gettext as _
from exporter.language import marked, ngettext
from exporter.model import Status
from exporter.schedule.missed import Gap
from exporter.store import PastRun

RUNS = 30
"""A row shows the last month of a job that runs daily."""

CELL = 5
HEIGHT = 14

MISSED = marked("missed")
"""Where a run was expected and none came."""

_MOST_MISSED = 10
"""Cells of one gap: a strip is for runs."""

SHAPES = {
    Status.SUCCESS.value: "2 4v8",
    Status.WARNING.value: "2 1l2 12h-4z",
    Status.ERROR.value: "2 0v8m0 2v4",
    Status.FATAL.value: "2 0v14",
    Status.UNKNOWN.value: "1 2h3v9h-3z",
    Status.INTERRUPTED.value: "0 4l4 8m0-8l-4 8",
    MISSED: "0 2h4v10h-4z",
}
"""How a run is drawn, from where in its cell, so that colours are not needed: a short bar, a
triangle, an exclamation mark, a tall bar, an empty one, a cross; a dotted box where none came. The
style sheet makes bars of lines."""


def _marks(shape: str) -> list[str]:
    """Return how a run is drawn in each cell."""
    across, _space, steps = shape.partition(" ")
    return [f"M{place * CELL + int(across)} {steps}" for place in range(RUNS)]


_MARKS = {name: _marks(shape) for name, shape in SHAPES.items()}


class Path(Struct, frozen=True):
    """The runs of one status, or those that were missed."""

    name: str
    steps: str


class StatusStrip(Struct, frozen=True):
    """The last runs, the newest at the right, and the same in words."""

    paths: tuple[Path, ...]
    text: str


class Spark(Struct, frozen=True):
    """A line of durations and the same in words."""

    steps: str
    text: str


def strip(runs: Sequence[PastRun], gaps: Sequence[Gap] = ()) -> StatusStrip | None:
    """Draw how runs ended and where some were missed, the oldest first; None where there are none.

    Of many the newest are drawn.
    """
    if not runs:
        return None
    cells = _cells(runs, gaps)[-RUNS:]
    counted, first = Counter(cells), RUNS - len(cells)
    paths = [
        Path(name, "".join([marks[at] for at, cell in enumerate(cells, first) if cell == name]))
        for name, marks in _MARKS.items()
        if name in counted
    ]
    return StatusStrip(tuple(paths), _text(counted, runs, gaps))


def _cells(runs: Sequence[PastRun], gaps: Sequence[Gap]) -> list[str]:
    """Return the name of each cell."""
    if not gaps:
        return [run.status.value for run in runs]
    missed = {gap.before: min(gap.total, _MOST_MISSED) for gap in gaps}
    cells: list[str] = []
    for run in runs:
        cells += [MISSED] * missed.pop(run.started, 0)
        cells.append(run.status.value)
    return cells + [MISSED] * missed.get(None, 0)


def _text(counted: Counter[str], runs: Sequence[PastRun], gaps: Sequence[Gap]) -> str:
    drawn = counted.total() - counted[MISSED]
    first = runs[-drawn].started if drawn else runs[-1].started
    missed = sum(gap.total for gap in gaps if gap.before is None or gap.before >= first)
    ends = [f"{counted[each.value]} {_(each.value)}" for each in Status if counted[each.value]]
    ends += [f"{missed} {_(MISSED)}"] if missed else []
    text = ngettext("Last run: {ends}", "Last {count} runs: {ends}", drawn)
    newest = _("the newest {status}").format(status=_(runs[-1].status.value))
    shown = f"{text.format(count=drawn, ends=', '.join(ends))}; {newest}"
    if not gaps or gaps[-1].before is not None:
        return shown
    return f"{shown}, {_('then {count} missed').format(count=gaps[-1].total)}"


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
    text = _("Last {count} runs took {shortest} to {longest}")
    shown = text.format(count=len(timed), shortest=shortest, longest=longest)
    return Spark("M" + "L".join(points), shown)


def _tall(span: int, top: int) -> int:
    return round(span / top * (HEIGHT - 2))
