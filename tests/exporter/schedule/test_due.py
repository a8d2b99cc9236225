"""When a backup is due by what Duplicati planned, by its calendar or by its pauses."""

import pytest

from exporter.jobs.state import JobState
from exporter.model import Status
from exporter.schedule import Schedule, Step, expect
from exporter.schedule.expressions import Cron
from exporter.times import DAY, HOUR
from tests.exporter.schedule.nights import SCHEDULE, Ran, at, due, expected, nights, untold
from tests.support.strategies.state import stored_run

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
    "planned runs that wait for others": (
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
    "a run that waits for the one before of its own job waits for nobody": (
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


def test_nothing_is_expected_of_what_never_ran() -> None:
    assert expect(JobState(), SCHEDULE) is None
