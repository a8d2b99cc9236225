import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.jobs.state import JobState
from exporter.model import CLOCK_TOLERANCE, Status, StoredRun
from exporter.schedule import Expectation, Schedule, ScheduleSource, expect
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.strategies.state import START, backups, fold, histories, stored_run

TOLERANCE = HOUR
MAX_INTERVAL = 7 * HOUR
"""Of the runs that histories are drawn from."""

SCHEDULE = Schedule(expected_interval=DAY, tolerance=TOLERANCE)


def expected_of(*runs: StoredRun, schedule: Schedule = SCHEDULE) -> Expectation:
    expectation = expect(fold(runs), schedule)
    assert expectation is not None
    return expectation


def told_nightly(nights: int, *, until: Millis | None = None) -> list[StoredRun]:
    """Build nightly runs of Duplicati's own scheduler; the last may tell another moment."""
    runs = [
        stored_run(START + night * DAY, next_scheduled=START + (night + 1) * DAY)
        for night in range(nights)
    ]
    if until is not None:
        runs[-1] = stored_run(runs[-1].started, next_scheduled=until)
    return runs


def test_nothing_is_expected_before_the_first_backup() -> None:
    assert expect(JobState(), SCHEDULE) is None
    assert expect(fold([stored_run(START, operation="Restore")]), SCHEDULE) is None
    assert expect(fold([stored_run(START, dry_run=True)]), SCHEDULE) is None


def test_a_job_that_tells_no_schedule_is_expected_a_default_interval_after_its_last_start() -> None:
    found = expected_of(stored_run(START, duration=MINUTE))
    assert found.source is ScheduleSource.DEFAULT
    assert (found.start, found.interval) == (START + DAY, DAY)
    assert found.deadline == START + DAY + MINUTE + TOLERANCE


def test_the_default_interval_and_the_tolerance_are_configured() -> None:
    schedule = Schedule(expected_interval=7 * DAY, tolerance=2 * HOUR)
    found = expected_of(stored_run(START, duration=0), schedule=schedule)
    assert (found.start, found.interval) == (START + 7 * DAY, 7 * DAY)
    assert found.deadline == START + 7 * DAY + 2 * HOUR


def test_a_failed_run_came_and_moves_the_expectation_on() -> None:
    failed = stored_run(START + DAY, status=Status.FATAL, duration=None)
    assert expected_of(stored_run(START), failed).start == START + 2 * DAY


def test_a_run_that_arrives_out_of_order_does_not_move_the_expectation_back() -> None:
    late = stored_run(START - 2 * HOUR)
    assert expected_of(stored_run(START), late).start == START + DAY


def test_what_duplicati_reports_is_expected() -> None:
    found = expected_of(stored_run(START, next_scheduled=START + 5 * HOUR))
    assert found.source is ScheduleSource.REPORTED
    assert found.start == START + 5 * HOUR
    assert found.deadline == START + 5 * HOUR + MINUTE + TOLERANCE


def test_of_several_reported_moments_the_one_of_the_newest_start_counts() -> None:
    newer = stored_run(START + DAY, next_scheduled=START + 3 * DAY)
    older = stored_run(START, next_scheduled=START + 9 * DAY)
    assert expected_of(newer, older).start == START + 3 * DAY


@pytest.mark.parametrize("status", Status)
def test_a_run_by_hand_before_the_reported_moment_leaves_it_standing(status: Status) -> None:
    by_hand = stored_run(START + HOUR, status=status)
    found = expected_of(stored_run(START, next_scheduled=START + DAY), by_hand)
    assert found.source is ScheduleSource.REPORTED
    assert found.start == START + DAY


def test_any_number_of_runs_by_hand_before_the_reported_moment_leave_it_standing() -> None:
    by_hand = [stored_run(START + n * HOUR) for n in range(1, 60)]
    found = expected_of(stored_run(START, next_scheduled=START + 7 * DAY), *by_hand)
    assert found.source is ScheduleSource.REPORTED
    assert found.start == START + 7 * DAY


@pytest.mark.parametrize("late", [0, 1, HOUR, 23 * HOUR])
def test_a_run_at_or_after_the_reported_moment_moves_it_on_by_the_interval_seen(
    late: Millis,
) -> None:
    untold = stored_run(START + 3 * DAY + late)
    found = expected_of(*told_nightly(3), untold)
    assert found.source is ScheduleSource.REPORTED
    assert (found.start, found.interval) == (START + 4 * DAY, DAY)


def test_an_expectation_that_moves_on_lies_behind_the_run_however_late_that_came() -> None:
    untold = stored_run(START + 9 * DAY + HOUR)
    assert expected_of(*told_nightly(3), untold).start == START + 10 * DAY


def test_a_run_after_the_only_reported_moment_moves_it_on_by_as_far_as_was_planned_ahead() -> None:
    told = stored_run(START, next_scheduled=START + 7 * DAY)
    found = expected_of(told, stored_run(START + 7 * DAY + HOUR))
    assert found.source is ScheduleSource.REPORTED
    assert found.start == START + 14 * DAY


def test_a_run_that_planned_nothing_ahead_leaves_its_job_to_the_default() -> None:
    found = expected_of(stored_run(START, next_scheduled=START))
    assert found.source is ScheduleSource.DEFAULT
    assert found.start == START + DAY


def test_a_changed_schedule_is_followed_at_once() -> None:
    found = expected_of(*told_nightly(5, until=START + 30 * DAY))
    assert found.start == START + 30 * DAY


def test_a_run_did_not_take_longer_than_until_its_report_came() -> None:
    endless = replace(stored_run(START, duration=4000 * DAY), received=START + 2 * HOUR)
    found = expected_of(endless)
    assert found.because.length == 2 * HOUR + CLOCK_TOLERANCE
    assert found.deadline == found.start + 2 * HOUR + CLOCK_TOLERANCE + TOLERANCE


def test_a_job_is_overdue_only_once_its_deadline_has_passed() -> None:
    found = expected_of(stored_run(START))
    assert not found.overdue(found.deadline - 1)
    assert not found.overdue(found.deadline)
    assert found.overdue(found.deadline + 1)


@given(histories(least=1), st.integers(START, START + 120 * DAY), st.integers(0, 90 * DAY))
def test_time_that_passes_never_makes_a_job_less_overdue(
    history: list[StoredRun], now: Millis, passed: Millis
) -> None:
    found = expect(fold(history), SCHEDULE)
    assume(found is not None)
    assert found is not None
    assert found.overdue(now) <= found.overdue(now + passed)


@given(histories(least=1))
def test_a_job_is_never_overdue_at_the_end_of_its_own_last_run(history: list[StoredRun]) -> None:
    state = fold(history)
    found = expect(state, SCHEDULE)
    assert (found is None) is (state.last is None)
    if found is None or state.last is None:
        return
    assert found.start > state.last.started
    assert found.deadline - TOLERANCE >= state.last.started + (state.last.run.duration or 0)


@given(histories(least=1))
def test_a_job_that_falls_silent_becomes_overdue_after_an_interval_or_the_told_moment(
    history: list[StoredRun],
) -> None:
    state = fold(history)
    found = expect(state, SCHEDULE)
    if found is None or state.last is None:
        return
    told = max((run.run.next_scheduled or 0 for run in history if run.run.is_backup), default=0)
    over = state.last.started + (state.last.run.duration or 0)
    latest = max(told, over, state.last.started + found.interval)
    assert found.because.queue < 12 * HOUR
    assert found.overdue(latest + found.because.queue + MAX_INTERVAL + TOLERANCE + 1)


@given(histories(), st.data())
def test_a_run_by_hand_that_ends_before_the_reported_moment_never_moves_it(
    history: list[StoredRun], data: st.DataObject
) -> None:
    began = max((run.started for run in history), default=START) + 1
    timestamp = began + data.draw(st.integers(2, 9 * DAY))
    told = stored_run(began, duration=0, next_scheduled=timestamp)
    by_hand = stored_run(data.draw(st.integers(began + 1, timestamp - 1)), duration=0)
    before, after = expected_of(*history, told), expected_of(*history, told, by_hand)
    assert (before.start, before.source) == (after.start, after.source)


@given(histories(least=1), st.integers(0, 10 * DAY))
def test_more_tolerance_never_makes_a_job_overdue_sooner(
    history: list[StoredRun], more: Millis
) -> None:
    patient = Schedule(expected_interval=DAY, tolerance=TOLERANCE + more)
    found, later = expect(fold(history), SCHEDULE), expect(fold(history), patient)
    if found is None or later is None:
        return
    assert later.deadline == found.deadline + more
    assert later.start == found.start


@given(backups(START + 100 * DAY), histories(least=1))
def test_a_newer_report_never_leaves_a_job_overdue_at_its_arrival(
    newer: StoredRun, history: list[StoredRun]
) -> None:
    found = expected_of(*history, newer)
    assert not found.overdue(newer.received)
