"""Each rule of when a backup is due, by small histories and the moments at which it is late."""

from typing import NamedTuple

import pytest
from msgspec.structs import replace

from exporter.jobs.doubts import Doubted
from exporter.jobs.state import JobState
from exporter.model import Status, StoredRun
from exporter.schedule import Expectation, Schedule, ScheduleSource, Step, expect
from exporter.schedule.expressions import Cron
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp, parse_timestamp
from tests.support.strategies.state import fold, stored_run

TOOK = 10 * MINUTE
SCHEDULE = Schedule(expected_interval=DAY, tolerance=HOUR)


class Ran(NamedTuple):
    """A run: when it began, when it told that the next is planned, how long it took.

    One that tells no length has its report's arrival instead.
    """

    began: str
    told: str | None = None
    took: Millis = TOOK
    status: Status = Status.SUCCESS
    arrived: str | None = None

    def stored(self) -> StoredRun:
        timestamp = None if self.told is None else at(self.told)
        took = self.took if self.arrived is None else None
        run = stored_run(
            at(self.began), duration=took, next_scheduled=timestamp, status=self.status
        )
        return run if self.arrived is None else replace(run, received=at(self.arrived))


def at(text: str) -> Millis:
    return parse_timestamp(f"{text}Z")


def expected(*runs: StoredRun, schedule: Schedule = SCHEDULE) -> Expectation:
    expectation = expect(fold(runs), schedule)
    assert expectation is not None
    return expectation


def due(*runs: Ran, schedule: Schedule = SCHEDULE) -> tuple[str, str]:
    """Return the start that is expected and the deadline, to the minute."""
    found = expected(*(each.stored() for each in runs), schedule=schedule)
    return format_timestamp(found.start)[:16], format_timestamp(found.deadline)[:16]


def nights(first: int, last: int, hour: str = "02:00") -> list[Ran]:
    """Build nights of March that tell when the next one is planned, at two."""
    return [
        Ran(f"2026-03-{day:02}T{hour}", f"2026-03-{day + 1:02}T02:00")
        for day in range(first, last + 1)
    ]


def untold(*days: int, hour: str = "23:00") -> list[Ran]:
    return [Ran(f"2026-03-{day:02}T{hour}") for day in days]


REPORTED = {
    "a run by hand before the planned moment leaves it standing": (
        [*nights(1, 5), Ran("2026-03-05T14:00")],
        ("2026-03-06T02:00", "2026-03-06T03:10"),
    ),
    "a moment that passed during the run that told it is made up for when that ends": (
        [Ran("2026-03-01T02:00", "2026-03-02T02:00", took=30 * HOUR)],
        ("2026-03-02T08:00", "2026-03-03T09:00"),
    ),
    "a moment that passed during a run by hand is made up for when that ends": (
        [*nights(1, 5), Ran("2026-03-06T01:30", took=2 * HOUR)],
        ("2026-03-06T03:30", "2026-03-06T06:30"),
    ),
    "a moment that passed during a run that died is made up for when its report comes": (
        [*nights(1, 5), Ran("2026-03-06T01:30", status=Status.FATAL, arrived="2026-03-06T03:30")],
        ("2026-03-06T03:30", "2026-03-06T06:30"),
    ),
    "a run that tells none moves it on, a holiday is not the habit": (
        [*nights(1, 5), *nights(20, 20), Ran("2026-03-21T02:00")],
        ("2026-03-22T02:00", "2026-03-22T03:10"),
    ),
    "a run that tells none moves it on by the widest that was planned ahead": (
        [Ran("2026-03-06T20:00", "2026-03-09T20:00"), Ran("2026-03-09T20:00")],
        ("2026-03-12T20:00", "2026-03-12T21:10"),
    ),
    "four runs in a row that tell none move it on": (
        [*nights(1, 5), *untold(6, 7, 8, 9, hour="12:00")],
        ("2026-03-10T02:00", "2026-03-10T03:10"),
    ),
    "five runs in a row that tell none end it": (
        [*nights(1, 5), *untold(6, 7, 8, 9, 10, hour="12:00")],
        ("2026-03-11T12:00", "2026-03-11T13:10"),
    ),
    "runs before the moment that tell none end nothing": (
        [Ran("2026-03-01T02:00", "2026-03-15T02:00"), *untold(2, 3, 4, 5, 6, 7, hour="12:00")],
        ("2026-03-15T02:00", "2026-03-15T03:10"),
    ),
    "a run that tells one begins it again": (
        [*nights(1, 2), *untold(3, 4, 5, 6, 7, 8, hour="12:00"), *nights(9, 9)],
        ("2026-03-10T02:00", "2026-03-10T03:10"),
    ),
    "planned runs that wait behind others": (
        nights(1, 6, hour="05:00"),
        ("2026-03-07T02:00", "2026-03-07T06:10"),
    ),
    "a wait of a few minutes is none": (
        nights(1, 6, hour="02:09"),
        ("2026-03-07T02:00", "2026-03-07T03:10"),
    ),
    "starts half an interval late did not wait": (
        nights(1, 6, hour="14:00"),
        ("2026-03-07T02:00", "2026-03-07T03:10"),
    ),
    "who waits behind the run before of its own waits for nobody": (
        [
            Ran("2026-03-02T02:00", "2026-03-03T02:00", took=30 * HOUR),
            Ran("2026-03-03T08:00", "2026-03-04T02:00", took=30 * HOUR),
            Ran("2026-03-04T14:00", "2026-03-05T02:00", took=30 * HOUR),
        ],
        ("2026-03-05T20:00", "2026-03-07T03:00"),
    ),
    "who waited was planned from the planned start on": (
        [*nights(1, 6, hour="05:00"), Ran("2026-03-07T05:00")],
        ("2026-03-08T02:00", "2026-03-08T06:10"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REPORTED)
def test_what_duplicati_planned_is_expected(name: str) -> None:
    runs, told = REPORTED[name]
    assert due(*runs) == told


MONTH = [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20]
"""Three weeks of working days."""

LEARNED = {
    "a second miss within fifteen days is found as the first": (
        untold(1, 2, 3, 4, 6, 7, 8, 9), ("2026-03-10T23:00", "2026-03-11T00:10"),
    ),
    "Monday to Friday, on a Tuesday of the second week: nothing is known of Tuesdays": (
        untold(2, 3, 4, 5, 6, 9, 10), ("2026-03-11T23:00", "2026-03-12T00:10"),
    ),
    "Monday to Friday, on a Tuesday of the third week": (
        untold(*MONTH[:12]), ("2026-03-18T23:00", "2026-03-19T00:10"),
    ),
    "Monday to Friday, on a Friday": (
        untold(*MONTH), ("2026-03-23T23:00", "2026-03-24T00:10"),
    ),
    "Monday to Friday, behind a week of holidays": (
        untold(*MONTH[:10], 23, 24), ("2026-03-25T23:00", "2026-03-26T00:10"),
    ),
    "Monday to Friday, behind a night that was missed: its habit is not kept": (
        untold(*MONTH[:11], 18), ("2026-03-21T23:00", "2026-03-22T00:10"),
    ),
    "Monday to Friday, once the habit is kept again": (
        untold(*MONTH[:11], 18, 19), ("2026-03-20T23:00", "2026-03-21T00:10"),
    ),
    "Monday to Friday, a clock put forward by an hour": (
        [*untold(*MONTH[:11]), *untold(17, hour="22:00")], ("2026-03-18T22:00", "2026-03-18T23:10"),
    ),
    "Monday to Friday, at another time of the day": (
        [*untold(*MONTH[:11]), *untold(17, hour="20:00")], ("2026-03-20T20:00", "2026-03-20T21:10"),
    ),
    "three runs of a weekly job": (
        untold(1, 8, 15), ("2026-03-22T23:00", "2026-03-23T00:10"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEARNED)
def test_what_the_pauses_teach_is_expected(name: str) -> None:
    runs, told = LEARNED[name]
    assert due(*runs) == told


def test_few_runs_teach_no_pause_shorter_than_the_expected_interval() -> None:
    hourly = [stored_run(at("2026-03-01T00:00") + hour * HOUR) for hour in range(9)]
    patient = Schedule(expected_interval=8 * HOUR)
    assert expected(*hourly[:8], schedule=patient).interval == 8 * HOUR
    assert expected(*hourly, schedule=patient).interval == HOUR


def test_the_usual_pause_stays_that_of_the_job_where_a_shorter_one_is_expected() -> None:
    found = expected(*(each.stored() for each in untold(*MONTH)[:12]))
    assert (found.because.step, found.interval) == (Step.TIME_OF_WEEK, 3 * DAY)


def lasting(*hours: float) -> list[StoredRun]:
    """Build nightly runs of some lengths in hours."""
    first = at("2026-03-01T02:00")
    return [
        stored_run(first + night * 5 * DAY, duration=int(length * HOUR))
        for night, length in enumerate(hours)
    ]


WEEKLY = Schedule(expected_interval=5 * DAY)


@pytest.mark.parametrize(
    ("hours", "allowed"),
    [
        ([3], 3),
        ([3, 1], 1),
        ([3, 2, 1], 2),
        ([1, 2, 3], 3),
        ([96, 1, 1, 1], 1),
        ([96, 97, 1, 1], 96),
        ([1, 1, 150], 120),
        ([150], 120),
        ([9, 8, *[1] * 18], 8),
        ([9, 8, *[1] * 19], 1),
    ],
)
def test_a_run_may_take_as_long_as_the_second_longest_or_the_last(
    hours: list[float], allowed: float
) -> None:
    found = expected(*lasting(*hours), schedule=WEEKLY)
    assert found.because.length == allowed * HOUR
    assert found.deadline == found.start + allowed * HOUR + HOUR


def test_a_run_that_told_no_length_took_until_its_report_came() -> None:
    died = [
        Ran(f"2026-03-0{day}T22:00", status=Status.FATAL, arrived=f"2026-03-0{day + 1}T03:00")
        for day in (1, 2, 3)
    ]
    assert due(*died) == ("2026-03-04T22:00", "2026-03-05T04:00")


def test_the_length_of_an_interrupted_run_counts_nowhere() -> None:
    stopped = [
        Ran(f"2026-03-0{day}T02:00", took=9 * HOUR, status=Status.INTERRUPTED) for day in (1, 3, 5)
    ]
    usual = [Ran(f"2026-03-0{day}T02:00") for day in (2, 4)]
    found = expected(*(each.stored() for each in [*stopped, *usual]))
    assert found.because.length == TOOK
    assert found.start == at("2026-03-06T02:00")


def test_what_an_interrupted_run_tells_of_the_next_counts() -> None:
    stopped = Ran("2026-03-05T02:00", "2026-03-09T02:00", status=Status.INTERRUPTED)
    assert due(*nights(1, 4), stopped)[0] == "2026-03-09T02:00"


@pytest.mark.parametrize(
    ("began", "start"),
    [
        ("2026-03-05T02:50", "2026-03-06T03:00"),
        ("2026-03-05T01:59", "2026-03-05T03:00"),
        ("2026-03-05T04:00", "2026-03-06T03:00"),
    ],
)
def test_a_run_a_little_before_its_calendar_counts_as_planned(began: str, start: str) -> None:
    schedule = Schedule(plan=Cron("0 3 * * *"), tolerance=HOUR)
    assert due(Ran(began), schedule=schedule)[0] == start


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
    asked = state.with_plan(at("2026-03-02T02:00"), 366 * DAY, at("2026-03-01T03:00"))
    late = expect(fold([Ran("2026-03-02T02:00").stored()], asked), SCHEDULE)
    assert late is not None
    assert late.start == at("2026-04-06T02:00")


def test_nothing_is_expected_of_what_never_ran() -> None:
    assert expect(JobState(), SCHEDULE) is None
