"""How the free space of a destination changes, and when none is left."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.jobs.space import (
    FreeSpace,
    daily_growth,
    full_at,
    is_nearly_full,
    joined,
    nearly_full_from,
    with_figure,
)
from exporter.times import DAY, HOUR, Millis
from tests.support.strategies.state import START


def nightly(*free: int, every: Millis = DAY) -> tuple[FreeSpace, ...]:
    """Return the figures of runs at a pace."""
    return tuple(FreeSpace(START + n * every, n + 1, found) for n, found in enumerate(free))


def days_left(figures: Sequence[FreeSpace]) -> float | None:
    """Return in how many days after the newest run a destination is full."""
    at = full_at(figures)
    return None if at is None else (at - figures[-1].started) / DAY


@pytest.mark.parametrize(
    ("figures", "days"),
    [
        (nightly(400, 300, 200, 100), 1.0),
        (nightly(1000, 900, 800, 700, 600, 500, 400, 300), 3.0),
        (nightly(400, 300, every=7 * DAY), 21.0),
        (nightly(10, 10, 10, 10, 0), 0.0),
        (nightly(0), 0.0),
        (nightly(2**63 - 1, 2**62, 2**61, 1), 0.0),
        (nightly(3653, 3652, 3651, 3650), 3650.0),
        # Not foreseeable: unknown, known for too short, not shrinking, emptied, in over ten years.
        ((), None),
        (nightly(100), None),
        (nightly(300, 200, 100), None),
        (nightly(*range(400, 0, -10), every=HOUR), None),
        (nightly(100, 100, 100, 100), None),
        (nightly(100, 200, 300, 400), None),
        (nightly(40, 30, 20, 10, 90, 80, 70), None),
        (nightly(5004, 5003, 5002, 5001), None),
    ],
)
def test_a_destination_is_full_when_its_trend_ends(
    figures: tuple[FreeSpace, ...], days: float | None
) -> None:
    assert days_left(figures) == (None if days is None else pytest.approx(days, abs=1e-6))


def test_one_run_that_differs_bends_the_trend_and_does_not_decide_it() -> None:
    steady = days_left(nightly(*range(1000, 200, -100)))
    bent = days_left(nightly(1000, 900, 800, 700, 650, 500, 400, 300))
    assert steady == pytest.approx(3)
    assert bent == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(
    ("figures", "growth"),
    [
        (nightly(400, 300, 200, 100), 100),
        (nightly(100, 200, 300, 400), -100),
        (nightly(5, 5, 5, 5), 0),
        (nightly(5, 4), None),
        ((), None),
    ],
)
def test_the_growth_of_a_day(figures: tuple[FreeSpace, ...], growth: float | None) -> None:
    assert daily_growth(figures) == (None if growth is None else pytest.approx(growth))


@pytest.mark.parametrize(
    ("free", "total", "holds"),
    [
        (5, 100, True),
        (6, 100, False),
        (0, 100, True),
        (100, 100, False),
        (5, None, False),
        (None, 100, False),
    ],
)
def test_a_destination_is_nearly_full_with_a_twentieth_free(
    free: int | None, total: int | None, *, holds: bool
) -> None:
    assert is_nearly_full(free, total) == holds


def test_it_is_nearly_full_from_the_first_of_the_newest_runs_on_that_found_it_so() -> None:
    figures = nightly(4, 60, 5, 3, 4)
    assert nearly_full_from(figures, 100) == figures[2].started
    assert nearly_full_from(figures, 50) is None


def test_a_day_has_one_figure_and_a_month_at_most_eight() -> None:
    hourly = nightly(*range(1000, 700, -1), every=HOUR)
    kept = joined(hourly)
    assert len(kept) == 8
    assert kept[-1] == hourly[-1]
    assert [each.started % DAY for each in kept[:-1]] == [23 * HOUR] * 7
    weekly = nightly(*range(20), every=7 * DAY)
    assert joined(weekly) == weekly[-5:]


_FIGURES = st.lists(
    st.builds(
        FreeSpace,
        st.integers(0, 60 * DAY).map(lambda at: START + at),
        st.integers(1, 99),
        st.integers(0, 2**63 - 1),
    ),
    max_size=40,
    unique_by=lambda each: each.order,
)


@given(_FIGURES, st.data())
def test_the_figures_are_the_same_in_whatever_order_the_runs_come(
    figures: list[FreeSpace], data: st.DataObject
) -> None:
    kept: tuple[FreeSpace, ...] = ()
    for each in data.draw(st.permutations(figures)):
        kept = with_figure(kept, each)
    assert kept == joined(figures)
    assert all(one.started // DAY < other.started // DAY for one, other in pairwise(kept))
    middle = len(figures) // 2
    assert joined((*joined(figures[:middle]), *joined(figures[middle:]))) == kept


@given(_FIGURES)
def test_a_destination_is_full_no_earlier_than_its_newest_run_looked(
    figures: list[FreeSpace],
) -> None:
    kept = joined(figures)
    at = full_at(kept)
    if at is not None:
        assert 0 <= at - kept[-1].started <= 3650 * DAY
