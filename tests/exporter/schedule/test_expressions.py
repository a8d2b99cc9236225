from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.schedule.expressions import Auto, Cron, Every, Off, ScheduleExpression, parse_schedule
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, format_timestamp, parse_timestamp
from tests.support.strategies.state import START

ALLOWED = ('"auto"', '"off"', '"every 12h"', '"cron 0 3 * * 1-5 Europe/Berlin"')

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
MINUTES = st.sampled_from(["0", "30", "*/15", "5,35", "0-10"])
HOURS = st.sampled_from(["*", "2", "3,15", "6-22", "*/6"])
DAYS = st.sampled_from(["*", "1", "15", "1-7"])
MONTHS = st.sampled_from(["*", "1", "*/3", "JAN,JUL"])
WEEKDAYS = st.sampled_from(["*", "0", "1-5", "MON-FRI", "6,7"])
EXPRESSIONS = st.tuples(MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS).map(" ".join)
CRONS = st.builds(Cron, EXPRESSIONS, st.sampled_from(ZONES))
INTERVALS = st.integers(1, 3660 * DAY // SECOND).map(lambda seconds: Every(seconds * SECOND))
PLANS = st.one_of(st.just(Auto()), st.just(Off()), INTERVALS, CRONS)


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("auto", Auto()),
        ("off", Off()),
        ("every 12h", Every(12 * HOUR)),
        ("every 1d", Every(DAY)),
        ("every 1w", Every(7 * DAY)),
        ("every 1d12h", Every(36 * HOUR)),
        ("every 90m", Every(90 * MINUTE)),
        ("cron 0 3 * * 1-5 Europe/Berlin", Cron("0 3 * * 1-5", "Europe/Berlin")),
        ("cron 0 3 * * 1-5", Cron("0 3 * * 1-5", "UTC")),
        ("cron */15 6-22 * * MON-FRI", Cron("*/15 6-22 * * MON-FRI", "UTC")),
        ("  every   12h \n", Every(12 * HOUR)),
        ("cron 0  3 * *   1-5\tEurope/Berlin", Cron("0 3 * * 1-5", "Europe/Berlin")),
    ],
)
def test_a_schedule_is_read_as_people_write_it(text: str, plan: ScheduleExpression) -> None:
    assert parse_schedule(text) == plan


@pytest.mark.parametrize(
    ("plan", "text"),
    [
        (Auto(), "auto"),
        (Off(), "off"),
        (Every(DAY), "every 1d"),
        (Every(36 * HOUR), "every 1d12h"),
        (Every(7 * DAY), "every 1w"),
        (Cron("0 3 * * 1-5"), "cron 0 3 * * 1-5 UTC"),
        (Cron("0 3 * * 1-5", "Europe/Berlin"), "cron 0 3 * * 1-5 Europe/Berlin"),
    ],
)
def test_a_schedule_is_written_as_it_is_read(plan: ScheduleExpression, text: str) -> None:
    assert str(plan) == text


@given(PLANS)
def test_what_is_written_is_read_as_the_same_schedule(plan: ScheduleExpression) -> None:
    assert parse_schedule(str(plan)) == plan


def read(text: str) -> ScheduleExpression | None:
    try:
        return parse_schedule(text)
    except ValueError:
        return None


@given(st.text(max_size=60))
def test_any_text_is_a_schedule_or_refused(text: str) -> None:
    plan = read(text)
    assert plan is None or read(str(plan)) == plan


def refusal(text: str) -> str:
    with pytest.raises(ValueError, match=r".") as refused:
        parse_schedule(text)
    return str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "sometimes",
        "Auto",
        "auto off",
        "off off",
        "every",
        "every 12 h",
        "every 12h 12h",
        "cron",
        "cron 0 3 * *",
        "cron 0 3 * * 1-5 Europe/Berlin x",
        "cron @daily",
        "12h",
        "0 3 * * 1-5",
    ],
)
def test_what_is_no_schedule_is_refused_with_all_that_is_allowed(text: str) -> None:
    assert all(allowed in refusal(text) for allowed in ALLOWED)


@pytest.mark.parametrize(
    ("text", "wrong", "allowed"),
    [
        ("every moon", "'moon'", "write a number and w, d, h, m or s"),
        ("every 0h", "'0h'", "more than 0s"),
        ("every -1h", "'-1h'", "write a number"),
        ("every 11000d", "'11000d'", "at most ten years"),
        ("cron 0 3 * * 1-5 Europe/Atlantis", "'Europe/Atlantis'", "as Europe/Berlin"),
        ("cron 0 3 * * 1-5 Europe", "'Europe'", "as Europe/Berlin"),
        ("cron 0 3 * * 1-5 ../../etc/passwd", "'../../etc/passwd'", "as Europe/Berlin"),
        ("cron 0 3 * * 1-5 Europe/\0", "'Europe/", "as Europe/Berlin"),
        ("cron 99 3 * * 1-5", "'99 3 * * 1-5'", "as 0 3 * * 1-5"),
        ("cron a b c d e Europe/Berlin", "'a b c d e'", "as 0 3 * * 1-5"),
        ("cron 0 3 * * 1-5 x", "'x'", "as Europe/Berlin"),
    ],
)
def test_what_is_wrong_in_a_schedule_is_named_with_what_is_allowed(
    text: str, wrong: str, allowed: str
) -> None:
    message = refusal(text)
    assert wrong in message
    assert allowed in message


@pytest.mark.parametrize("day", ["30 2", "31 2,4,6,9,11", "31 6"])
def test_a_day_that_never_comes_is_refused(day: str) -> None:
    assert f"0 0 {day} *" in refusal(f"cron 0 0 {day} *")


@pytest.mark.parametrize(
    "text",
    [
        f"auto{' ' * 300}off",
        f"cron 0 3 * * 1-5 {' ' * 200}Europe/Berlin",
        f"cron {','.join(map(str, range(60)))} 3 * * 1-5 Europe/Berlin{'n' * 200}",
    ],
)
def test_a_long_text_is_read_whole_or_refused(text: str) -> None:
    plan = read(text)
    assert plan is None or str(plan) == " ".join(text.split())


def calendar(plan: Cron, after: str, count: int) -> list[str]:
    timestamp, found = parse_timestamp(after), []
    for _ in range(count):
        timestamp, _ = plan.due_after(timestamp, 0)
        found.append(format_timestamp(timestamp)[:16])
    return found


def test_a_calendar_in_a_zone_follows_the_clock_on_its_wall() -> None:
    plan = Cron("0 3 * * 1-5", "Europe/Berlin")
    assert calendar(plan, "2026-03-26T12:00:00Z", 3) == [
        "2026-03-27T02:00",
        "2026-03-30T01:00",
        "2026-03-31T01:00",
    ]


def test_half_past_two_comes_at_three_on_the_day_that_skips_it() -> None:
    plan = Cron("30 2 * * *", "Europe/Berlin")
    assert calendar(plan, "2026-03-27T12:00:00Z", 3) == [
        "2026-03-28T01:30",
        "2026-03-29T01:00",
        "2026-03-30T00:30",
    ]


def test_half_past_two_comes_once_on_the_day_that_has_it_twice() -> None:
    plan = Cron("30 2 * * *", "Europe/Berlin")
    assert calendar(plan, "2026-10-23T12:00:00Z", 3) == [
        "2026-10-24T00:30",
        "2026-10-25T00:30",
        "2026-10-26T01:30",
    ]


def test_an_hourly_calendar_knows_no_change_of_the_clock() -> None:
    plan = Cron("0 * * * *", "Europe/Berlin")
    for day in ("2026-03-28", "2026-10-24"):
        timestamps = [
            parse_timestamp(f"{each}Z") for each in calendar(plan, f"{day}T20:00:00Z", 12)
        ]
        assert {later - earlier for earlier, later in pairwise(timestamps)} == {HOUR}


def test_the_interval_of_a_calendar_lies_between_its_next_two_moments() -> None:
    plan = Cron("0 3 * * 1-5")
    assert plan.due_after(parse_timestamp("2026-01-15T12:00:00Z"), 0)[1] == 3 * DAY
    assert plan.due_after(parse_timestamp("2026-01-16T12:00:00Z"), 0)[1] == DAY


EARLY = [
    ("0 3 * * *", "2026-03-05T02:50", HOUR, "2026-03-06T03:00"),
    ("0 3 * * *", "2026-03-05T02:00", HOUR, "2026-03-06T03:00"),
    ("0 3 * * *", "2026-03-05T01:59", HOUR, "2026-03-05T03:00"),
    ("0 3 * * *", "2026-03-05T03:00", HOUR, "2026-03-06T03:00"),
    ("0 3 * * *", "2026-03-04T15:00", 20 * HOUR, "2026-03-06T03:00"),
    ("0 3 * * *", "2026-03-04T14:59", 20 * HOUR, "2026-03-05T03:00"),
    ("*/15 * * * *", "2026-03-05T02:53", HOUR, "2026-03-05T03:15"),
    ("*/15 * * * *", "2026-03-05T02:52", HOUR, "2026-03-05T03:00"),
    ("0 3 * * 1-5", "2026-03-06T02:50", HOUR, "2026-03-09T03:00"),
    ("0 3 * * 1-5", "2026-03-09T02:10", HOUR, "2026-03-10T03:00"),
    ("0 1,2 * * *", "2026-03-05T01:50", HOUR, "2026-03-06T01:00"),
    ("0 1,2 * * *", "2026-03-05T01:20", HOUR, "2026-03-05T02:00"),
]


@pytest.mark.parametrize(("expression", "began", "early", "due"), EARLY)
def test_a_run_a_little_before_a_start_of_the_calendar_stands_for_it(
    expression: str, began: str, early: Millis, due: str
) -> None:
    start, _ = Cron(expression).due_after(parse_timestamp(f"{began}Z"), early)
    assert format_timestamp(start)[:16] == due


@pytest.mark.parametrize(
    ("began", "due"),
    [
        ("2026-03-29T00:50", "2026-03-30T00:30"),
        ("2026-03-28T13:00", "2026-03-29T01:00"),
        ("2026-10-25T00:20", "2026-10-26T01:30"),
        ("2026-10-24T12:00", "2026-10-25T00:30"),
    ],
)
def test_a_run_before_a_start_stands_for_it_also_when_clocks_change(began: str, due: str) -> None:
    start, _ = Cron("30 2 * * *", "Europe/Berlin").due_after(parse_timestamp(f"{began}Z"), HOUR)
    assert format_timestamp(start)[:16] == due


@given(CRONS, st.integers(START, START + 3650 * DAY))
def test_a_calendars_next_moment_lies_ahead_and_is_the_same_until_it_comes(
    plan: Cron, moment: Millis
) -> None:
    following, interval = plan.due_after(moment, 0)
    assert following > moment
    assert plan.due_after(following - 1, 0)[0] == following
    assert plan.due_after((moment + following - 1) // 2, 0)[0] == following
    assert interval == plan.due_after(following, 0)[0] - following


@given(CRONS, st.integers(START, START + 3650 * DAY), st.integers(0, 2 * DAY))
def test_a_run_stands_for_no_more_than_the_next_start_of_its_calendar(
    plan: Cron, moment: Millis, early: Millis
) -> None:
    following, interval = plan.due_after(moment, 0)
    assert plan.due_after(moment, early)[0] in (following, following + interval)


@given(CRONS, st.integers(START, START + 366 * DAY))
def test_the_starts_before_and_after_a_time_have_none_between_them(cron: Cron, at: Millis) -> None:
    after = cron.after(at)
    assert cron.before(at) < at < after
    assert cron.before(after) <= at
