"""When a job is due of which no run is known yet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.jobs.doubts import Doubt, Doubted
from exporter.jobs.state import JobState
from exporter.model import believed
from exporter.model.declared import Declared, DeclaredBy
from exporter.schedule import Expectation, Schedule, ScheduleSource, Step, expect
from exporter.schedule.expressions import Auto, Cron, Every, Off, ScheduleExpression
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.exporter.schedule.nights import at
from tests.support.strategies.state import START, fold, stored_run

SINCE = at("2026-03-02T12:00")
CONFIGURED, REPORTED = ScheduleSource.CONFIGURED, ScheduleSource.REPORTED
NIGHTLY = Cron("0 3 * * 1-5", "Europe/Berlin")

CASES = {
    "by an interval": (Every(12 * HOUR), Declared(SINCE), "2026-03-03T00:00", CONFIGURED),
    "by a calendar": (NIGHTLY, Declared(SINCE), "2026-03-03T02:00", CONFIGURED),
    "a minute before a planned start": (
        NIGHTLY,
        Declared(at("2026-03-03T01:59")),
        "2026-03-03T02:00",
        CONFIGURED,
    ),
    "by the default interval": (Auto(), Declared(SINCE), "2026-03-03T12:00", CONFIGURED),
    "listed by Duplicati without a plan": (
        Auto(),
        Declared(SINCE, DeclaredBy.REPORTED),
        "2026-03-03T12:00",
        REPORTED,
    ),
    "planned by Duplicati": (
        Auto(),
        Declared(SINCE, DeclaredBy.REPORTED, at("2026-03-08T02:00"), 7 * DAY),
        "2026-03-08T02:00",
        REPORTED,
    ),
    "declared by a person and planned by Duplicati": (
        Auto(),
        Declared(SINCE, DeclaredBy.CONFIGURED, at("2026-03-08T02:00")),
        "2026-03-08T02:00",
        REPORTED,
    ),
    "a person's schedule wins over a plan": (
        Every(DAY),
        Declared(SINCE, DeclaredBy.REPORTED, at("2026-03-08T02:00")),
        "2026-03-03T12:00",
        CONFIGURED,
    ),
    "planned for a time that had passed": (
        Auto(),
        Declared(SINCE, DeclaredBy.REPORTED, SINCE - HOUR),
        "2026-03-02T11:00",
        REPORTED,
    ),
}


AUTO = Auto()


def first(
    declared: Declared, plan: ScheduleExpression = AUTO, tolerance: Millis = HOUR
) -> Expectation:
    schedule = Schedule(expected_interval=DAY, tolerance=tolerance, plan=plan)
    found = expect(JobState(declared=declared), schedule)
    assert found is not None
    return found


@pytest.mark.parametrize(("plan", "declared", "start", "source"), CASES.values(), ids=CASES.keys())
def test_the_first_run_is_expected_and_given_an_hour(
    plan: ScheduleExpression, declared: Declared, start: str, source: ScheduleSource
) -> None:
    found = first(declared, plan, 20 * MINUTE)
    assert (found.start, found.source) == (at(start), source)
    assert found.deadline == at(start) + HOUR + 20 * MINUTE
    assert found.because.is_first
    assert found.because.length == HOUR


def test_no_plan_is_believed_that_is_further_ahead_than_any() -> None:
    planned = SINCE + 400 * DAY
    found = first(Declared(SINCE, DeclaredBy.REPORTED, planned))
    assert found.start == SINCE + believed.FURTHEST
    assert found.because.doubts == (Doubt(Doubted.PLAN, planned, found.start),)


def test_with_its_schedule_off_nothing_is_expected() -> None:
    assert expect(JobState(declared=Declared(SINCE)), Schedule(plan=Off())) is None


def test_a_paused_one_is_never_overdue() -> None:
    found = expect(JobState(declared=Declared(SINCE)), Schedule(paused=True))
    assert found is not None
    assert not found.overdue(SINCE + 999 * DAY)


def test_from_the_first_run_on_the_declaration_no_longer_matters() -> None:
    run = stored_run(START)
    declared = fold([run], JobState(declared=Declared(START - 9 * DAY)))
    assert declared.declared is not None
    assert expect(declared, Schedule()) == expect(fold([run]), Schedule())


def test_a_restore_is_no_first_run() -> None:
    state = fold([stored_run(START, operation="Restore")], JobState(declared=Declared(SINCE)))
    assert state.is_expected
    found = expect(state, Schedule())
    assert found is not None
    assert found.start == SINCE + DAY


def test_a_run_that_is_only_known_to_have_started_counts() -> None:
    found = expect(JobState(declared=Declared(SINCE)), Schedule(), SINCE + 5 * HOUR)
    assert found is not None
    assert found.start == SINCE + 5 * HOUR + DAY


def test_declared_again_it_counts_from_the_first_time() -> None:
    known = Declared(SINCE, DeclaredBy.REPORTED, SINCE + DAY)
    assert known.again(Declared(SINCE + HOUR)) == known


def test_what_a_wrong_clock_declared_in_the_future_is_put_right() -> None:
    assert Declared(SINCE + 400 * DAY).again(Declared(SINCE)).since == SINCE


def test_a_planned_start_that_passed_stays_expected_and_one_to_come_moves() -> None:
    state = JobState(declared=Declared(SINCE, DeclaredBy.REPORTED, SINCE + DAY, DAY))
    moved = state.with_plan(SINCE + 2 * DAY, DAY, SINCE + HOUR)
    passed = state.with_plan(SINCE + 2 * DAY, DAY, SINCE + DAY)
    assert [each.declared and each.declared.planned for each in (moved, passed)] == [
        SINCE + 2 * DAY,
        SINCE + DAY,
    ]
    assert JobState().with_plan(SINCE, DAY, SINCE) == JobState()


PLANS = st.sampled_from([Auto(), NIGHTLY, Cron("*/20 * * * *"), Cron("0 0 29 2 *")]) | st.builds(
    Every, st.integers(MINUTE, 400 * DAY)
)
TIMES = st.integers(SINCE - 400 * DAY, SINCE + 400 * DAY)


@given(
    since=TIMES,
    planned=st.none() | TIMES,
    source=st.sampled_from(DeclaredBy),
    plan=PLANS,
    tolerance=st.integers(0, 30 * DAY),
)
def test_it_is_overdue_from_an_hour_and_the_tolerance_after_the_expected_start(
    since: Millis,
    planned: Millis | None,
    source: DeclaredBy,
    plan: ScheduleExpression,
    tolerance: Millis,
) -> None:
    found = first(Declared(since, source, planned), plan, tolerance)
    last_moment = found.start + HOUR + tolerance
    assert not found.overdue(last_moment)
    assert found.overdue(last_moment + 1)
    assert found.late(last_moment + DAY) == DAY
    assert found.because.since == since
    if plan != Auto():
        assert found.start > since
        assert found.source is CONFIGURED
    assert found.because.step is not Step.MOVED_ON
