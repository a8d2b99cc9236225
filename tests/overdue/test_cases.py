"""When real backups are due: each case is a history, and times at which it is late or not."""

from typing import NamedTuple

import pytest
from msgspec.structs import replace

from exporter.fleet import Fleet
from exporter.model import CLOCK_TOLERANCE, Delivery, JobSettings, StoredRun
from exporter.reports import read_report
from exporter.schedule import Expectation, Schedule, ScheduleSource, expect
from exporter.schedule.expressions import Cron, Every, Off
from exporter.store import Change
from exporter.store.rules.prepared_report import PreparedReport
from exporter.times import (
    DAY,
    HOUR,
    MAX_TIMESTAMP,
    MINUTE,
    Millis,
    format_timestamp,
    parse_timestamp,
)
from tests.support.reports_builder import duplicati_report
from tests.support.strategies.state import change_of, fold, job_named, server_named, stored_run

SCHEDULE = Schedule(expected_interval=DAY, tolerance=HOUR)
TOOK = 10 * MINUTE
BERLIN = Schedule(plan=Cron("30 2 * * *", "Europe/Berlin"))


class Case(NamedTuple):
    """A job's runs and the last time at which it is in time: None if it always is.

    `in_time` are earlier times at which a simpler rule would give an alarm.
    """

    runs: list[StoredRun]
    until: str | None
    in_time: tuple[str, ...] = ()
    schedule: Schedule = SCHEDULE


def at(text: str) -> Millis:
    return parse_timestamp(f"{text}Z")


def run(began: str, *, took: Millis = TOOK, reported: str | None = None) -> StoredRun:
    timestamp = None if reported is None else at(reported)
    return stored_run(at(began), duration=took, next_scheduled=timestamp)


def series(
    first: str, step: Millis, count: int, *, reported: bool = False, took: Millis = TOOK
) -> list[StoredRun]:
    """Build runs at a steady pace; with `reported` they say when the next one is planned."""
    starts = [at(first) + number * step for number in range(count)]
    return [
        stored_run(start, duration=took, next_scheduled=start + step if reported else None)
        for start in starts
    ]


def weekdays(first_monday: str, weeks: int) -> list[StoredRun]:
    mondays = [at(first_monday) + week * 7 * DAY for week in range(weeks)]
    starts = [monday + day * DAY for monday in mondays for day in range(5)]
    return [stored_run(start, duration=TOOK) for start in starts]


def hourly_by_day(first_morning: str, days: int) -> list[StoredRun]:
    """Build hourly runs from six in the morning to ten in the evening."""
    mornings = [at(first_morning) + day * DAY for day in range(days)]
    starts = [morning + hour * HOUR for morning in mornings for hour in range(17)]
    return [stored_run(start, duration=TOOK) for start in starts]


def until(runs: list[StoredRun], last: str) -> list[StoredRun]:
    return [each for each in runs if each.started <= at(last)]


def without(runs: list[StoredRun], *missed: str) -> list[StoredRun]:
    return [each for each in runs if each.started not in {at(start) for start in missed}]


FOUR_WEEKS = weekdays("2026-01-05T20:00", 4)
NIGHTLY = series("2026-01-01T02:00", DAY, 10, reported=True)
LAPTOP = series("2026-01-01T08:00", DAY, 10)

CASES = {
    "Monday to Friday, on a week-end and on the Monday it misses": Case(
        FOUR_WEEKS, "2026-02-02T21:10", ("2026-01-31T23:00", "2026-02-01T12:00")
    ),
    "Monday to Friday, a week after one Friday was missed": Case(
        without(FOUR_WEEKS, "2026-01-23T20:00"), "2026-02-02T21:10", ("2026-02-01T12:00",)
    ),
    "Monday to Friday, two weeks after one Friday was missed, started a minute later": Case(
        [*without(FOUR_WEEKS, "2026-01-16T20:00", "2026-01-30T20:00"), run("2026-01-30T20:01")],
        "2026-02-02T21:11",
        ("2026-02-01T12:00",),
    ),
    "Monday to Friday, after a week of holidays": Case(
        without(FOUR_WEEKS, *(f"2026-01-{day}T20:00" for day in range(19, 24))),
        "2026-02-02T21:10",
        ("2026-02-01T12:00",),
    ),
    "hourly with a nightly pause, at night and on the morning it misses": Case(
        hourly_by_day("2026-01-05T06:00", 5), "2026-01-10T07:10", ("2026-01-10T01:00",)
    ),
    "hourly with a nightly pause, falling silent at noon": Case(
        until(hourly_by_day("2026-01-05T06:00", 6), "2026-01-10T12:00"), "2026-01-10T21:10"
    ),
    "six hours of backup every day, while it runs and once it does not come": Case(
        series("2026-01-01T22:00", DAY, 8, took=6 * HOUR), "2026-01-10T05:00", ("2026-01-10T04:01",)
    ),
    "six hours of backup every day, reported by Duplicati": Case(
        series("2026-01-01T22:00", DAY, 3, reported=True, took=6 * HOUR), "2026-01-05T05:00"
    ),
    "run by hand between two planned ones": Case(
        [*NIGHTLY, run("2026-01-10T14:00")], "2026-01-11T03:10"
    ),
    "run by hand between two planned ones that nobody reports": Case(
        [*series("2026-01-01T02:00", DAY, 10), run("2026-01-10T14:00")],
        "2026-01-11T15:10",
        ("2026-01-11T03:11",),
    ),
    "missed, not yet run by hand": Case(NIGHTLY, "2026-01-11T03:10"),
    "missed, then run by hand": Case(
        [*NIGHTLY, run("2026-01-11T09:00")], "2026-01-12T03:10", ("2026-01-11T09:10",)
    ),
    "missed, then run by hand, then by plan again": Case(
        [*NIGHTLY, run("2026-01-11T09:00"), run("2026-01-12T02:00", reported="2026-01-13T02:00")],
        "2026-01-13T03:10",
    ),
    "weekly, learned": Case(
        series("2026-01-04T03:00", 7 * DAY, 6), "2026-02-15T04:10", ("2026-02-10T03:00",)
    ),
    "weekly, reported by Duplicati from its first run on": Case(
        [run("2026-01-04T03:00", reported="2026-01-11T03:00")],
        "2026-01-11T04:10",
        ("2026-01-10T03:00",),
    ),
    "weekly, as its interval was set": Case(
        [run("2026-01-04T03:00")], "2026-01-11T04:10", schedule=Schedule(plan=Every(7 * DAY))
    ),
    "a laptop that is off for ten days": Case(
        until(LAPTOP, "2026-01-08T08:00"), "2026-01-09T09:10"
    ),
    "a laptop that was off and has sent two late reports, no new one": Case(
        LAPTOP, "2026-01-11T09:10"
    ),
    "a laptop that was off, made a backup and then sent two late reports": Case(
        [*LAPTOP[:8], run("2026-01-20T08:00"), *reversed(LAPTOP[8:])],
        "2026-01-21T09:10",
        ("2026-01-20T08:11",),
    ),
    "an interval, counted from a run by hand": Case(
        [*NIGHTLY, run("2026-01-10T14:00")],
        "2026-01-11T03:10",
        schedule=Schedule(plan=Every(12 * HOUR)),
    ),
    "two runs of a weekly job, by the default": Case(
        series("2026-01-04T03:00", 7 * DAY, 2), "2026-01-12T04:10"
    ),
    "three runs of a weekly job": Case(series("2026-01-04T03:00", 7 * DAY, 3), "2026-01-25T04:10"),
    "three runs of an hourly job, not by less than the default": Case(
        series("2026-01-04T03:00", HOUR, 3), "2026-01-05T06:10"
    ),
    "an hourly job, five runs that do not span the default": Case(
        series("2026-01-04T03:00", HOUR, 23), "2026-01-06T02:10"
    ),
    "an hourly job, once its runs span the default": Case(
        series("2026-01-04T03:00", HOUR, 25), "2026-01-05T05:10"
    ),
    "one miss, which does not stretch what was learned": Case(
        without(series("2026-01-01T02:00", DAY, 12), "2026-01-08T02:00"), "2026-01-13T03:10"
    ),
    "cron in spring, on the day that has no half past two": Case(
        [run("2026-03-28T01:30")], "2026-03-29T02:10", schedule=BERLIN
    ),
    "cron in spring, the day after the change": Case(
        [run("2026-03-28T01:30"), run("2026-03-29T01:00")], "2026-03-30T01:40", schedule=BERLIN
    ),
    "cron in autumn, on the day that has half past two twice": Case(
        [run("2026-10-24T00:30")], "2026-10-25T01:40", schedule=BERLIN
    ),
    "cron in autumn, the day after the change": Case(
        [run("2026-10-24T00:30"), run("2026-10-25T00:30")], "2026-10-26T02:40", schedule=BERLIN
    ),
    "reported across the change in spring, 23 hours ahead": Case(
        [run("2026-03-28T02:30", reported="2026-03-29T01:30")], "2026-03-29T02:40"
    ),
    "reported across the change in autumn, 25 hours ahead": Case(
        [run("2026-10-24T01:30", reported="2026-10-25T02:30")], "2026-10-25T03:40"
    ),
    "off": Case(NIGHTLY, None, ("2026-01-12T00:00",), Schedule(plan=Off())),
    "paused": Case(NIGHTLY, None, ("2026-01-12T00:00",), Schedule(paused=True)),
}


def is_overdue(case: Case, timestamp: Millis) -> bool:
    expectation = expect(fold(case.runs), case.schedule)
    return expectation is not None and expectation.overdue(timestamp)


@pytest.mark.parametrize("name", CASES)
def test_a_job_is_overdue_when_a_run_was_expected_and_only_then(name: str) -> None:
    case = CASES[name]
    assert [each for each in case.in_time if is_overdue(case, at(each))] == []
    if case.until is None:
        assert not is_overdue(case, MAX_TIMESTAMP)
        return
    assert not is_overdue(case, at(case.until))
    assert is_overdue(case, at(case.until) + 1)


def test_a_weekday_job_gives_no_alarm_on_any_evening_once_it_knows_two_weekends() -> None:
    runs = weekdays("2026-01-05T20:00", 10)
    known = len(weekdays("2026-01-05T20:00", 3))
    early = []
    for number in range(known, len(runs)):
        expectation = expect(fold(runs[:number]), SCHEDULE)
        assert expectation is not None
        if expectation.overdue(runs[number].received):
            early.append(format_timestamp(runs[number].received))
    assert early == []


def received_at(timestamp: Millis, *, began: Millis, reported: Millis) -> StoredRun:
    """Build a run as the store keeps it: it counts from its arrival where its clock is wrong."""
    body = duplicati_report(began=began, duration=TOOK, next_scheduled=reported)
    prepared = PreparedReport.from_report(read_report(body), Delivery(timestamp, "192.0.2.7"))
    return StoredRun(1, prepared.started, timestamp, prepared.report.run)


def expected_of(*runs: StoredRun) -> Expectation:
    expectation = expect(fold(runs), SCHEDULE)
    assert expectation is not None
    return expectation


def test_a_server_whose_clock_is_a_day_ahead_is_due_a_day_after_its_report_came() -> None:
    arrived = at("2026-01-10T02:10")
    began = arrived - TOOK + DAY
    found = expected_of(received_at(arrived, began=began, reported=began + DAY))
    assert found.source is ScheduleSource.REPORTED
    assert found.start == arrived + DAY
    assert not found.overdue(at("2026-01-11T03:10"))
    assert found.overdue(at("2026-01-11T03:11"))


@pytest.mark.parametrize("ahead", [0, MINUTE, CLOCK_TOLERANCE])
def test_a_clock_that_is_a_little_ahead_is_believed(ahead: Millis) -> None:
    arrived = at("2026-01-10T02:10")
    found = expected_of(received_at(arrived, began=arrived + ahead, reported=arrived + DAY))
    assert found.start == arrived + DAY


@pytest.mark.parametrize("ahead", [CLOCK_TOLERANCE + 1, HOUR, 3650 * DAY])
def test_however_far_a_clock_is_ahead_its_next_start_is_set_right(ahead: Millis) -> None:
    arrived = at("2026-01-10T02:10:00.999")
    began = arrived + ahead - ahead % 1000 + 1
    found = expected_of(received_at(arrived, began=began, reported=began - began % 1000 + DAY))
    assert abs(found.start - (arrived + DAY)) < 1000


def test_a_renamed_job_is_a_new_one_and_the_old_is_overdue_until_it_is_put_away(
    fleet: Fleet,
) -> None:
    server = server_named("nas")
    old, new = job_named("Documents", NIGHTLY), job_named("Papers", [run("2026-01-11T02:00")], 2)
    fleet.apply(change_of(server, old, new))
    later = at("2026-01-11T20:00")
    assert [view.job.name for view in fleet.overdue(later)] == ["Documents"]
    fleet.apply(Change(jobs=(replace(old, settings=JobSettings(paused=True)),)))
    assert fleet.overdue(later) == []
    fleet.apply(Change(jobs=(old,)))
    assert [view.job.name for view in fleet.overdue(later)] == ["Documents"]
    fleet.apply(Change(removed_jobs=(old.id,)))
    assert fleet.overdue(later) == []
    assert [view.job.name for view in fleet.jobs()] == ["Papers"]
