"""How the free space of a destination changes, and when none is left. Pure.

A state keeps one figure a day of the last eight days on which a run reported one, so a week of a
job that runs daily and four weeks of one that runs weekly.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from exporter.jobs.history import KEPT_DAYS, PastRun
from exporter.times import DAY, Millis

MAX_FIGURES = 8
"""So many figures are kept, a day one, none from more than `KEPT_DAYS` before the newest."""

TREND_SPAN: Millis = 3 * DAY
"""Within less time one large upload would decide alone."""

FORESEEN_DAYS = 3650
"""A destination that is full later than this is never full."""

FILLING_AHEAD: Millis = 14 * DAY
"""A destination is filling up from so long before the time at which it is full,"""

FULL_AT_FREE = 0.05
"""and where no more than this part of it is free. The alert DuplistatusDestinationFillingUp has
the same limits; a test compares them."""


class FreeSpace(PastRun, frozen=True, array_like=True, gc=False):
    """The free bytes that a run found at the destination."""

    free_bytes: int


def joined(figures: Iterable[FreeSpace]) -> tuple[FreeSpace, ...]:
    """Return the figures that are kept: the newest of each day, of the last days only."""
    by_day = {each.started // DAY: each for each in sorted(figures, key=lambda each: each.order)}
    return _newest(tuple(by_day.values()))


def with_figure(figures: tuple[FreeSpace, ...], entry: FreeSpace) -> tuple[FreeSpace, ...]:
    """Add the figure of a run to those that are kept; most come in order."""
    if figures and entry.order <= figures[-1].order:
        return joined((*figures, entry))
    same_day = figures and figures[-1].started // DAY == entry.started // DAY
    return _newest((*(figures[:-1] if same_day else figures), entry))


def _newest(by_day: tuple[FreeSpace, ...]) -> tuple[FreeSpace, ...]:
    kept = by_day[-MAX_FIGURES:]
    while kept and kept[0].started < kept[-1].started - KEPT_DAYS * DAY:
        kept = kept[1:]
    return kept


def daily_growth(figures: Sequence[FreeSpace]) -> float | None:
    """Return by how many bytes a destination fills a day, by least squares.

    Args:
        figures: in the order of their runs.

    Returns:
        The bytes, below 0 where space becomes free; None where the figures span under three days.
    """
    if not figures or figures[-1].started - figures[0].started < TREND_SPAN:
        return None
    count, at, free, squares, products = len(figures), 0, 0, 0, 0
    for (
        each
    ) in figures:  # whole numbers, so that nothing is lost, and in one pass: it is asked often
        since, found = each.started - figures[0].started, each.free_bytes
        at, free = at + since, free + found
        squares, products = squares + since * since, products + since * found
    return DAY * (at * free - count * products) / (count * squares - at * at)


def full_at(figures: Sequence[FreeSpace]) -> Millis | None:
    """Return when no space is left if the trend goes on; None where that is not foreseeable."""
    if not figures:
        return None
    newest, growth = figures[-1], daily_growth(figures)
    if not newest.free_bytes:
        return newest.started
    if growth is None or growth <= 0 or newest.free_bytes / growth > FORESEEN_DAYS:
        return None
    return newest.started + round(newest.free_bytes / growth * DAY)


def is_nearly_full(free: int | None, total: int | None) -> bool:
    """Return whether hardly any of a destination is free, as far as both are known."""
    return free is not None and total is not None and free / total <= FULL_AT_FREE


def nearly_full_from(figures: Sequence[FreeSpace], total: int) -> Millis | None:
    """Return from which of the newest figures in a row on hardly any of a destination was free."""
    low = takewhile(lambda each: is_nearly_full(each.free_bytes, total), reversed(figures))
    return min((each.started for each in low), default=None)
