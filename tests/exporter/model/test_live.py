"""What live reports of a run come to, in whatever order and however often they arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.model import CLOCK_TOLERANCE, Machine
from exporter.model.live import LiveReport, LiveRun, LiveStatus, Progress
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.strategies.state import START, UNTOLD, activity_of

HEARD = START + HOUR


def told(runs: list[LiveStatus], received: Millis = HEARD) -> LiveRun:
    """Return what is known after reports in the order in which they arrive."""
    run = LiveRun.first(runs[0], received)
    for activity in runs[1:]:
        run = run.with_report(activity, received)
    return run


def whole_run(began: Millis) -> list[LiveStatus]:
    """Return the reports of a run in the order in which they were sent."""
    going_on = [
        activity_of(began, began + step * MINUTE, Progress("a", step / 5)) for step in range(5)
    ]
    return [*going_on, activity_of(began, began + 4 * MINUTE, ended=True)]


REPORTS = [*whole_run(START - DAY), *whole_run(START)]


@given(st.permutations(REPORTS), st.lists(st.sampled_from(REPORTS), max_size=10))
def test_the_order_of_arrival_and_repeated_reports_do_not_matter(
    arrived: list[LiveStatus], again: list[LiveStatus]
) -> None:
    assert told([*arrived, *again]).activity == REPORTS[-1]


@given(st.permutations(whole_run(START)[:-1]))
def test_progress_never_goes_back(arrived: list[LiveStatus]) -> None:
    assert told(arrived).activity.progress.ratio == 0.8


def test_reports_that_tell_no_time_are_taken_as_they_come() -> None:
    first, second = (
        LiveStatus("Backup", START, None, ended=ended, failed=False, progress=UNTOLD)
        for ended in (False, True)
    )
    assert told([first, first, second]).activity == second


def test_a_run_of_a_clock_that_is_ahead_counts_from_its_first_report() -> None:
    began = HEARD + CLOCK_TOLERANCE
    assert told([activity_of(began, began)]).since == began
    assert told([activity_of(began + 1, began + 1)]).since == HEARD


@pytest.mark.parametrize(("most", "kept"), [(0, ()), (1, ("b",)), (2, ("a", "b")), (9, ("a", "b"))])
def test_only_the_newest_log_lines_are_kept(most: int, kept: tuple[str, ...]) -> None:
    activity = replace(activity_of(START, START), lines=("a", "b"))
    report = LiveReport(Machine(), "Documents", activity)
    assert report.with_last_lines(most).activity.lines == kept


AHEAD = START + 70 * 365 * DAY


def test_a_report_that_was_sent_in_the_future_hides_none_that_follows() -> None:
    going_on = replace(activity_of(START, AHEAD), progress=Progress("a", 0.1))
    known = told([going_on]).with_report(activity_of(START, HEARD + MINUTE), HEARD + MINUTE)
    assert known.activity.reported == HEARD + MINUTE
    assert known.heard == HEARD + MINUTE


def test_a_run_of_the_future_hides_none_that_goes_on_and_does_not_come_back() -> None:
    forged, real = activity_of(AHEAD, AHEAD), activity_of(START, HEARD + MINUTE)
    known = told([forged]).with_report(real, HEARD + MINUTE)
    assert known.activity == real
    assert known.with_report(forged, HEARD + 2 * MINUTE).since == HEARD + 2 * MINUTE


@given(by=st.integers(-3650 * DAY, 3650 * DAY), ahead=st.integers(0, HOUR))
def test_what_was_heard_is_never_heard_later_than_now(by: Millis, ahead: Millis) -> None:
    heard = HEARD - by
    run = LiveRun.first(activity_of(HEARD - MINUTE + ahead, HEARD), heard)
    right = run.shifted(by, HEARD)
    assert right.heard == HEARD
    assert right.since <= HEARD + CLOCK_TOLERANCE


def test_a_run_that_a_clock_behind_heard_began_when_it_says() -> None:
    heard = HEARD - 3650 * DAY
    run = LiveRun.first(activity_of(START, HEARD), heard)
    assert run.since == heard
    assert run.shifted(3650 * DAY, HEARD).since == START
    assert run.with_report(activity_of(START, HEARD + MINUTE), HEARD + MINUTE).since == START
