"""Times that are hard to believe, and how far they may move a deadline."""

import pytest
from msgspec.structs import replace

from exporter.jobs.doubts import Doubted
from exporter.schedule import Expectation, ScheduleSource, expect
from exporter.times import DAY, MINUTE
from tests.exporter.schedule.nights import SCHEDULE, TOOK, Ran, at, due, expected, nights, untold
from tests.support.strategies.state import fold, stored_run

FAR = "2099-01-01T00:00"


def doubted(found: Expectation) -> list[Doubted]:
    return [each.what for each in found.because.doubts]


def test_a_moment_far_ahead_counts_as_35_days_where_nothing_else_is_known() -> None:
    found = expected(Ran("2026-03-01T02:00", FAR).stored())
    assert (found.start, found.source) == (at("2026-04-05T02:00"), ScheduleSource.REPORTED)
    assert doubted(found) == [Doubted.PLAN]


def test_a_moment_35_days_ahead_is_believed() -> None:
    found = expected(Ran("2026-03-01T02:00", "2026-04-05T02:00").stored())
    assert (found.start, doubted(found)) == (at("2026-04-05T02:00"), [])


def test_a_moment_far_ahead_gives_way_to_what_was_learned() -> None:
    found = expected(*(each.stored() for each in [*nights(1, 5), Ran("2026-03-06T02:00", FAR)]))
    assert (found.start, found.source) == (at("2026-03-07T02:00"), ScheduleSource.LEARNED)
    assert doubted(found) == [Doubted.PLAN]


def test_a_moment_far_ahead_is_not_how_far_is_planned() -> None:
    runs = [*nights(1, 5), Ran("2026-03-06T02:00", FAR), *nights(7, 7), Ran("2026-03-08T02:00")]
    assert due(*runs)[0] == "2026-03-09T02:00"


def test_plans_that_are_left_are_told() -> None:
    found = expected(*(each.stored() for each in [*nights(1, 5), *untold(6, 7, 8, 9, 10)]))
    assert (found.source, doubted(found)) == (ScheduleSource.LEARNED, [Doubted.LEFT_PLAN])


def test_a_learned_pause_counts_as_35_days_at_most() -> None:
    years = [stored_run(at(f"20{year}-03-01T02:00"), duration=TOOK) for year in (20, 21, 24, 26)]
    found = expected(*years)
    assert found.start == at("2026-04-05T02:00")
    assert doubted(found) == [Doubted.PAUSE]


NOW = at("2026-03-10T02:10")

WRONG = {
    "a begin ahead": (replace(stored_run(NOW + 9 * DAY), started=NOW, received=NOW), 0),
    "an end of the year 9999": (
        replace(stored_run(NOW - TOOK, duration=8000 * 365 * DAY), received=NOW), 15 * MINUTE,
    ),
    "a begin of 1970 and a clock that was set meanwhile": (
        replace(stored_run(0, duration=NOW), received=NOW), 0,
    ),
    "a length without a begin": (
        replace(
            stored_run(NOW), received=NOW,
            run=replace(stored_run(NOW, duration=900 * DAY).run, began=None, ended=None),
        ), 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_no_wrong_clock_moves_a_deadline_far(name: str, times: int) -> None:
    run, length = WRONG[name]
    found = expected(*(replace(run, id=number) for number in range(times)))
    assert found.because.length <= length
    assert found.overdue(NOW + 2 * DAY)
    assert not found.overdue(NOW)
    assert doubted(found)


def test_a_planned_start_that_lies_before_the_run_that_told_it_is_moved_on() -> None:
    behind = Ran("2026-03-05T05:00", "2026-03-05T02:00").stored()
    found = expected(*(each.stored() for each in nights(1, 4)), behind)
    assert found.start == at("2026-03-06T02:00")


def test_a_scheduler_that_repeats_far_apart_moves_on_by_35_days_at_most() -> None:
    state = fold([Ran("2026-03-01T02:00").stored()])
    asked = state.with_plan(at("2026-03-02T02:00"), 366 * DAY, at("2026-03-01T02:00"))
    late = expect(fold([Ran("2026-03-02T02:00").stored()], asked), SCHEDULE)
    assert late is not None
    assert late.start == at("2026-04-06T02:00")
