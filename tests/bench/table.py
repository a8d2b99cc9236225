"""The figures as a Markdown table."""

import statistics
from collections.abc import Iterator, Mapping, Sequence

from tests.bench.measuring import BARE_SUMMARY, MANY, RAW, SUMMARY, bare_uploads, uploads

Rounds = Mapping[str, Sequence[float]]

_PAIRS = (
    (SUMMARY, BARE_SUMMARY, "0.85"),
    (uploads(MANY), RAW, "0.50"),
    (uploads(1), RAW, ""),
    (uploads(MANY), bare_uploads(MANY), ""),
    (uploads(1), bare_uploads(1), ""),
)
_HEAD = "| runs stored | ours | a second | floor | a second | ratio | of the rounds | aim |"


def lines(measured: Mapping[int, Rounds]) -> Iterator[str]:
    """Yield a table: a line for each pair and number of stored runs, then few runs and many."""
    yield _HEAD
    yield "| ---: | --- | ---: | --- | ---: | ---: | --- | ---: |"
    for runs, rounds in measured.items():
        for ours, floor, aim in _PAIRS:
            yield _line(f"{runs:,}", (ours, rounds[ours]), (floor, rounds[floor]), aim)
    (few, of_few), (many, of_many) = min(measured.items()), max(measured.items())
    for name in (SUMMARY, uploads(MANY)):
        fewer = (f"the same with {few:,}", of_few[name])
        yield _line(f"{many:,}", (name, of_many[name]), fewer, "1, within noise")


def _line(
    runs: str, ours: tuple[str, Sequence[float]], floor: tuple[str, Sequence[float]], aim: str
) -> str:
    ratios = [mine / floors for mine, floors in zip(ours[1], floor[1], strict=True)]
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    cells = (
        runs,
        ours[0],
        _median(ours[1]),
        floor[0],
        _median(floor[1]),
        f"**{statistics.median(ratios):.2f}**",
        spread,
        aim,
    )
    return f"| {' | '.join(cells)} |"


def _median(rates: Sequence[float]) -> str:
    return f"{statistics.median(rates):,.0f}"
