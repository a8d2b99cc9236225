import pytest

from exporter.exports import ExportError, TimeGrid
from exporter.exports.time_grid import MAX_TIMESTAMPS
from exporter.times import HOUR, MINUTE, SECOND
from tests.support.strategies.state import START

STEP = 5 * MINUTE


def timestamps(grid: TimeGrid) -> list[int]:
    return [grid.first + slot * grid.step for slot in range(grid.count)]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (0, 1, [0]),
        (0, STEP, [0]),
        (0, STEP + 1, [0, STEP]),
        (1, STEP + 1, [STEP]),
        (STEP - 1, 2 * STEP, [STEP]),
    ],
)
def test_moments_lie_on_multiples_of_the_step_and_before_the_end(
    since: int, until: int, expected: list[int]
) -> None:
    grid = TimeGrid.between(START + since, START + until, STEP)
    assert timestamps(grid) == [START + timestamp for timestamp in expected]


def test_pieces_that_follow_each_other_share_no_moment_and_leave_none_out() -> None:
    cut = START + 3 * HOUR
    pieces = [TimeGrid.between(START, cut, STEP), TimeGrid.between(cut, START + 5 * HOUR, STEP)]
    whole = TimeGrid.between(START, START + 5 * HOUR, STEP)
    assert [timestamp for piece in pieces for timestamp in timestamps(piece)] == timestamps(whole)


@pytest.mark.parametrize(("since", "until"), [(1, STEP), (STEP, STEP), (STEP, 0)])
def test_a_span_without_a_moment_is_refused(since: int, until: int) -> None:
    with pytest.raises(ExportError, match=r"there is no multiple of 5m .* --since"):
        TimeGrid.between(START + since, START + until, STEP)


def test_too_many_moments_are_refused() -> None:
    with pytest.raises(ExportError, match="--step"):
        TimeGrid.between(START, START + (MAX_TIMESTAMPS + 1) * SECOND, SECOND)


@pytest.mark.parametrize(
    ("offset", "slot"),
    [(-HOUR, 0), (0, 0), (1, 1), (STEP, 1), (STEP + 1, 2), (11 * STEP, 11), (HOUR, 12), (9**9, 12)],
)
def test_a_change_shows_from_the_first_moment_on_that_does_not_lie_before_it(
    offset: int, slot: int
) -> None:
    assert TimeGrid.between(START, START + HOUR, STEP).slot(START + offset) == slot


def test_stamps_are_unix_seconds() -> None:
    stamps = TimeGrid.between(START, START + STEP + 1, STEP).stamps()
    assert stamps == [b" %d\n" % (START // SECOND), b" %d\n" % (START // SECOND + 300)]
