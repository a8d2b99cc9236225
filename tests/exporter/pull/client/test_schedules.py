from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.pull.client.schedules import Planned, planned
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, parse_timestamp

START = "2026-07-15T01:00:00Z"
WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]


def schedule(repeat: object, days: object = None, **fields: object) -> dict[str, object]:
    return {"Time": START, "Repeat": repeat, "AllowedDays": days, "Rule": ""} | fields


@pytest.mark.parametrize(
    ("repeat", "days", "interval"),
    [
        ("1D", None, DAY),
        ("1D", [], DAY),
        ("1W", None, 7 * DAY),
        ("12h", None, 12 * HOUR),
        ("1D12h", None, 36 * HOUR),
        ("90m", None, 90 * MINUTE),
        ("30s", None, 30 * SECOND),
        ("1M", None, 31 * DAY),
        ("1Y", None, 366 * DAY),
        # Monday to Friday: over the week-end.
        ("1D", WORKDAYS, 3 * DAY),
        ("1D", ["sat"], 7 * DAY),
        ("1D", ["mon", "thu"], 4 * DAY),
        ("1W", WORKDAYS, 7 * DAY),
        ("2D", ["mon", "wed", "fri"], 3 * DAY),
        # From 18:00 on Friday to 00:00 on Monday.
        ("6h", WORKDAYS, 54 * HOUR),
        # The steps of five hours do not meet midnight.
        ("5h", WORKDAYS, 55 * HOUR),
        # A month ends on any day of the week.
        ("1M", WORKDAYS, 33 * DAY),
        ("36h", WORKDAYS, 36 * HOUR + 2 * DAY),
        ("1D", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], DAY),
        ("1D", ["Monday", " SAT "], 5 * DAY),
        ("1D", ["someday"], DAY),
    ],
)
def test_the_widest_interval_follows_from_the_repetition_and_the_days(
    repeat: str, days: list[str] | None, interval: Millis
) -> None:
    found = planned(schedule(repeat, days))
    assert found is not None
    assert (found.start, found.interval) == (parse_timestamp(START), interval)


def test_the_days_may_stand_in_the_rule_alone() -> None:
    told = schedule("1D", Rule="AllowedWeekDays=Monday,Tuesday")
    assert planned(told) == Planned(parse_timestamp(START), 6 * DAY, frozenset({0, 1}))


@pytest.mark.parametrize(
    "told",
    [
        None,
        "daily",
        {},
        schedule(""),
        schedule(None),
        schedule("daily"),
        schedule("0D"),
        schedule("999999Y"),
        schedule("11Y"),
        schedule("1D\n"),
        schedule("1D", Time="0001-01-01T00:00:00Z"),
        schedule("1D", Time="soon"),
        schedule("1D", Time=5),
        schedule("1D", Time=None),
    ],
)
def test_what_repeats_nothing_or_is_unreadable_plans_nothing(told: object) -> None:
    assert planned(told) is None


DAYS = st.lists(st.sampled_from([*WORKDAYS, "sat", "sun"]), unique=True)


@given(
    minutes=st.integers(5, 24 * 60 - 1) | st.integers(1, 40).map(lambda days: days * 24 * 60),
    days=DAYS,
    offset=st.integers(0, 7 * 24 * 60),
)
def test_no_planned_start_lies_farther_than_the_widest_interval(
    minutes: int, days: list[str], offset: int
) -> None:
    found = planned(schedule(f"{minutes}m", days))
    assert found is not None
    starts = list(_planned_starts(minutes, days, offset))
    widest = max(later - earlier for earlier, later in pairwise(starts))
    assert widest * MINUTE <= found.interval


def _planned_starts(repeat: int, days: list[str], start: int) -> list[int]:
    """Follow Duplicati's scheduler in minutes, from the first allowed time on."""
    a_day = 24 * 60
    names = [*WORKDAYS, "sat", "sun"]

    def allowed(timestamp: int) -> bool:
        return not days or names[timestamp // a_day % 7] in days

    step = min(a_day, repeat)
    starts: list[int] = []
    timestamp = start
    while len(starts) < 40:
        while not allowed(timestamp):
            timestamp += step
        starts.append(timestamp)
        timestamp += repeat
    return starts


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["Time", "Repeat", "AllowedDays", "Rule", "x"]), inner
            )
        ),
    )
)
def test_any_json_is_taken_without_a_fault(told: object) -> None:
    planned(told)
