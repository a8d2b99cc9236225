"""Which expected runs never came: between the runs of a job, and after the last one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model import Status, StoredRun
from exporter.schedule import Expectation, Schedule, expect
from exporter.schedule.expressions import Auto, Cron, Every, Off, ScheduleExpression
from exporter.schedule.missed import MOST_LISTED, Gap, gaps, open_gap
from exporter.store import PastRun
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp
from tests.exporter.schedule.nights import Ran, at, nights, untold
from tests.support.strategies.state import START, fold, histories, stored_run

CALENDAR = Cron("0 2 * * *")
NIGHTLY = Schedule(plan=CALENDAR)
LEARNED = Schedule()


def past(runs: list[StoredRun]) -> list[PastRun]:
    return [PastRun(run.id, run.started, run.run.status, run.run.duration) for run in runs]


def missed(runs: list[StoredRun], schedule: Schedule, since: Millis = 0) -> list[Gap]:
    state = fold(runs)
    return gaps(past(runs), schedule, expect(state, schedule), since, state.reported)


def stored(*runs: Ran) -> list[StoredRun]:
    return [each.stored() for each in runs]


def shown(found: list[Gap]) -> list[str]:
    return [format_timestamp(start)[5:16] for gap in found for start in gap.starts]


TOLD = {
    "a night without a run": ([*nights(1, 5), *nights(7, 9)], Schedule(), ["03-06T02:00"]),
    "three nights without a run": (
        [*nights(1, 5), *nights(9, 9)],
        Schedule(),
        ["03-06T02:00", "03-07T02:00", "03-08T02:00"],
    ),
    "a night of a calendar": (untold(1, 2, 3, 5, hour="02:00"), NIGHTLY, ["03-04T02:00"]),
    "a night of an interval": (
        untold(1, 2, 3, 5, hour="02:00"),
        Schedule(plan=Every(DAY)),
        ["03-04T02:00"],
    ),
    "a night of what was learned": (
        untold(1, 2, 3, 4, 5, 6, 8, 9, hour="02:00"),
        LEARNED,
        ["03-07T02:00"],
    ),
    "a run by hand does not stand in for the night after it": (
        [*nights(1, 5), Ran("2026-03-05T14:00", "2026-03-06T02:00"), *nights(7, 7)],
        Schedule(),
        ["03-06T02:00"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("runs", "schedule", "expected"), TOLD.values(), ids=TOLD.keys())
def test_what_was_expected_and_did_not_come_was_missed(
    runs: list[Ran], schedule: Schedule, expected: list[str]
) -> None:
    assert shown(missed(stored(*runs), schedule)) == expected


WEEKLY = [
    Ran(f"2026-{day}T02:00")
    for day in ("01-05", "01-12", "01-13", "01-19", "01-26", "02-02", "02-09", "02-16", "02-23")
]

KEPT = {
    "a run that came hours late": (
        [*untold(1, 2, 3, hour="02:00"), *untold(4, hour="20:00"), *untold(5, hour="02:00")],
        NIGHTLY,
    ),
    "a run a little early": (
        [*untold(1, 2, 3, hour="02:00"), *untold(4, hour="01:20"), *untold(5, hour="02:00")],
        NIGHTLY,
    ),
    "starts that passed during the run before": (
        [*untold(1, 2, hour="02:00"), Ran("2026-03-03T02:00", took=75 * HOUR), *untold(7)],
        NIGHTLY,
    ),
    "a run that was stopped came": (
        [
            *untold(1, 2, 3, hour="02:00"),
            Ran("2026-03-04T02:00", status=Status.INTERRUPTED),
            *untold(5, hour="02:00"),
        ],
        NIGHTLY,
    ),
    "what a tolerance of days allows": (
        untold(1, 2, 3, 6, hour="02:00"),
        Schedule(plan=CALENDAR, tolerance=7 * DAY),
    ),
    "no schedule": (untold(1, 2, 3, 6), Schedule(plan=Off())),
    "a paused job": (untold(1, 2, 3, 6), Schedule(plan=CALENDAR, paused=True)),
    "two runs teach no schedule": (untold(1, 6), LEARNED),
    "the week-ends of an office": (untold(2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17), LEARNED),
    "pauses of weeks before the schedule became daily": (
        untold(1, 8, 15, 16, 17, 18, hour="02:00"),
        NIGHTLY,
    ),
    "weeks of another schedule, with a run by hand among them": (
        [*WEEKLY, *untold(*range(2, 30), hour="02:00")],
        LEARNED,
    ),
    "weeks of another schedule before the plans that are kept": (
        [*WEEKLY, *nights(2, 29)],
        LEARNED,
    ),
}


@pytest.mark.parametrize(("runs", "schedule"), KEPT.values(), ids=KEPT.keys())
def test_what_came_or_was_not_expected_was_not_missed(runs: list[Ran], schedule: Schedule) -> None:
    assert missed(stored(*runs), schedule) == []


def test_before_the_daemon_listened_nothing_was_missed() -> None:
    runs = stored(*untold(1, 2, 3, 8, hour="02:00"))
    assert shown(missed(runs, NIGHTLY, at("2026-03-06T12:00"))) == ["03-07T02:00"]
    assert missed(runs, NIGHTLY, at("2026-03-08T12:00")) == []


def test_of_many_the_newest_are_listed_and_all_are_counted() -> None:
    runs = stored(*untold(1, 2, hour="02:00"), Ran("2026-12-01T02:00"))
    (gap,) = missed(runs, NIGHTLY)
    assert gap.total == 273
    assert len(gap.starts) == MOST_LISTED
    assert shown([gap])[-1] == "11-30T02:00"
    assert gap.before == runs[-1].started


@pytest.mark.parametrize("plan", [CALENDAR, Cron("* * * * *"), Every(MINUTE)])
def test_absences_of_years_are_counted_in_no_time(plan: ScheduleExpression) -> None:
    pause = MINUTE if plan is not CALENDAR else DAY
    runs = [stored_run(START + place * pause) for place in range(2)]
    runs.append(stored_run(START + 20 * 365 * DAY))
    (gap,) = missed(runs, Schedule(plan=plan, tolerance=1))
    assert gap.total > 500


def due(runs: list[StoredRun], schedule: Schedule) -> Expectation:
    found = expect(fold(runs), schedule)
    assert found is not None
    return found


def test_a_job_that_is_overdue_has_missed_its_start_and_those_after_it() -> None:
    runs = stored(*nights(1, 5))
    for schedule in (Schedule(), NIGHTLY, Schedule(plan=Every(DAY))):
        found = due(runs, schedule)
        assert open_gap(schedule, found, 0, found.deadline) is None
        first = open_gap(schedule, found, 0, found.deadline + 1)
        assert first is not None
        assert shown([first]) == ["03-06T02:00"]
        third = open_gap(schedule, found, 0, found.deadline + 2 * DAY + 1)
        assert third is not None
        assert shown([third]) == ["03-06T02:00", "03-07T02:00", "03-08T02:00"]


def test_by_the_default_one_run_is_missed_however_long_ago() -> None:
    found = due([stored_run(START)], LEARNED)
    gap = open_gap(LEARNED, found, 0, START + 90 * DAY)
    assert gap == Gap((START + DAY,), 1)


def test_who_imported_old_runs_misses_only_what_was_expected_since() -> None:
    runs = stored(*nights(1, 5))
    now = at("2026-06-01T12:00")
    for schedule in (Schedule(), NIGHTLY):
        found = due(runs, schedule)
        late = open_gap(schedule, found, at("2026-05-31T12:00"), now)
        assert late is not None
        assert shown([late]) == ["06-01T02:00"]
        at_once = open_gap(schedule, found, now - HOUR, now)
        assert at_once is not None
        assert at_once.total == 1


def test_a_paused_job_misses_nothing_now() -> None:
    schedule = Schedule(plan=CALENDAR, paused=True)
    runs = stored(*nights(1, 5))
    assert open_gap(schedule, due(runs, schedule), 0, at("2026-04-01T00:00")) is None
    assert open_gap(schedule, None, 0, START) is None


PLANS: list[ScheduleExpression] = [
    Auto(),
    Every(DAY),
    Every(5 * HOUR),
    Cron("30 2 * * *", "Europe/Berlin"),
    Cron("0 3 * * 1-5", "America/New_York"),
]


@given(
    st.integers(4, 40),
    st.sets(st.integers(3, 38), max_size=6),
    st.sampled_from(["0 2 * * *", "15 */6 * * *", "0 3 * * 1-5", "0 4 1 * *"]),
    st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Auckland"]),
    st.integers(0, 30 * MINUTE),
)
def test_each_start_of_a_calendar_that_is_left_out_is_missed(
    count: int, left_out: set[int], expression: str, zone: str, delay: Millis
) -> None:
    cron = Cron(expression, zone)
    starts = [next(found) for found in [cron.starts(START)] for _ in range(count)]
    runs = [
        stored_run(start + delay) for place, start in enumerate(starts) if place not in left_out
    ]
    gone = [
        start
        for place, start in enumerate(starts)
        if place in left_out and start < runs[-1].started
    ]
    found = missed(runs, Schedule(plan=cron))
    assert [start for gap in found for start in gap.starts] == gone


@given(histories(), st.sampled_from(PLANS), st.integers(1, 3 * DAY))
def test_nothing_is_missed_unless_the_job_was_overdue_by_what_holds_now(
    history: list[StoredRun], plan: ScheduleExpression, tolerance: Millis
) -> None:
    schedule = Schedule(plan=plan, tolerance=tolerance)
    runs = [run for run in history if run.run.is_backup]
    expectation = expect(fold(history), schedule)
    for gap in missed(runs, schedule):
        assert expectation is not None
        assert gap.before is not None
        before = max(run.started for run in runs if run.started < gap.before)
        assert gap.total >= len(gap.starts) == min(gap.total, MOST_LISTED)
        assert list(gap.starts) == sorted(set(gap.starts))
        assert all(before < start < gap.before - tolerance for start in gap.starts)
        assert gap.before - before > expectation.interval or not isinstance(plan, Auto | Every)


@given(histories(least=1), st.sampled_from(PLANS), st.integers(0, 60 * DAY), st.integers(0, DAY))
def test_a_gap_is_open_exactly_while_the_job_is_overdue(
    history: list[StoredRun], plan: ScheduleExpression, wait: Millis, since: Millis
) -> None:
    schedule = Schedule(plan=plan)
    expectation = expect(fold(history), schedule)
    now = history[-1].started + wait
    gap = open_gap(schedule, expectation, START + since, now)
    assert (gap is not None) == (expectation is not None and expectation.overdue(now))
    if gap is not None:
        assert gap.starts[-1] < now
        assert gap.total >= len(gap.starts) >= 1
