"""What is measured: ours against a floor, in the same round."""

import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """One measurement of ours and of its floor, in the same unit, and what the ratio should be."""

    what: str
    floor: str
    aim: str
    unit: str
    ours: float
    against: float


_HEAD = (
    "| what | ours | floor | | ours ÷ floor | of the rounds | aim |",
    "| --- | ---: | --- | ---: | ---: | --- | --- |",
)


def table(rounds: Sequence[Figure]) -> Iterator[str]:
    """Yield a Markdown table: a line a thing that was measured, medians of its rounds."""
    yield from _HEAD
    for what, floor in dict.fromkeys((each.what, each.floor) for each in rounds):
        yield _line([each for each in rounds if (each.what, each.floor) == (what, floor)])


def _line(rounds: Sequence[Figure]) -> str:
    first = rounds[0]
    ratios = [each.ours / each.against for each in rounds]
    cells = (
        first.what,
        _written(statistics.median(each.ours for each in rounds), first.unit),
        first.floor,
        _written(statistics.median(each.against for each in rounds), first.unit),
        f"**{statistics.median(ratios):.3g}**",
        f"{min(ratios):.3g} to {max(ratios):.3g}",
        first.aim,
    )
    return f"| {' | '.join(cells)} |"


def _written(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
