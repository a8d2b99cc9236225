"""Quiet hours: how they are written, and when they end, also where clocks are set."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.config.quiet_hours import QuietHours, parse_quiet_hours
from exporter.times import HOUR, MINUTE, from_datetime, to_datetime

CHANGES = (
    ("UTC", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-03-29T02:00"),
    ("Europe/Berlin", "2026-10-25T02:00"),
    ("America/New_York", "2026-03-08T02:00"),
    ("America/New_York", "2026-11-01T01:00"),
    ("Australia/Lord_Howe", "2026-04-05T01:30"),  # half an hour
    ("Australia/Lord_Howe", "2026-10-04T02:00"),
    ("America/Sao_Paulo", "2018-11-04T00:00"),  # at midnight
    ("America/Sao_Paulo", "2018-02-17T23:00"),
    ("Pacific/Apia", "2011-12-29T23:59"),  # a day is left out
    ("Asia/Kathmandu", "2026-01-01T00:00"),
)
"""When clocks were set, about, or never."""


def at(text: str, zone: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def local(moment: int, zone: str) -> datetime:
    return to_datetime(moment).astimezone(ZoneInfo(zone))


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ("22:00-07:00", "2026-03-10T21:59:59.999", None),
        ("22:00-07:00", "2026-03-10T22:00", "2026-03-11T07:00"),
        ("22:00-07:00", "2026-03-10T00:00", "2026-03-10T07:00"),
        ("22:00-07:00", "2026-03-10T06:59:59.999", "2026-03-10T07:00"),
        ("22:00-07:00", "2026-03-10T07:00", None),
        ("12:30-13:15", "2026-03-10T12:29", None),
        ("12:30-13:15", "2026-03-10T13:00", "2026-03-10T13:15"),
        ("12:30-13:15", "2026-03-10T13:15", None),
        ("00:00-06:00", "2026-03-10T23:59", None),
        ("00:00-06:00", "2026-03-10T00:00", "2026-03-10T06:00"),
        ("18:00-00:00", "2026-03-10T23:59", "2026-03-11T00:00"),
        ("22:00-07:00", "2026-03-28T23:00", "2026-03-29T07:00"),  # an hour shorter
        ("22:00-07:00", "2026-10-24T23:00", "2026-10-25T07:00"),  # an hour longer
    ],
)
def test_what_is_in_the_hours_waits_until_their_end(
    hours: str, now: str, until: str | None
) -> None:
    zone = "Europe/Berlin"
    expected = at(until, zone) if until else None
    assert parse_quiet_hours(f"{hours} {zone}").until(at(now, zone)) == expected


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    """On 2026-10-25 it is 02:15 in Berlin at 00:15 and at 01:15 of UTC."""
    quiet = parse_quiet_hours("02:00-02:30 Europe/Berlin")
    first = at("2026-10-25T00:15", "UTC")
    assert quiet.until(first) == first + 15 * MINUTE
    assert quiet.until(first + 30 * MINUTE) is None
    assert quiet.until(first + HOUR) == first + HOUR + 15 * MINUTE


def test_an_end_that_the_clock_skips_is_an_hour_later_on_the_clock() -> None:
    quiet = parse_quiet_hours("01:00-02:30 Europe/Berlin")
    now = at("2026-03-29T01:30", "Europe/Berlin")
    until = quiet.until(now)
    assert until is not None
    assert local(until, "Europe/Berlin").time() == time(3, 30)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22:00-07:00", QuietHours(time(22), time(7), "UTC")),
        ("22:00 - 07:00  Europe/Berlin", QuietHours(time(22), time(7), "Europe/Berlin")),
        ("00:00-23:59 UTC", QuietHours(time(0), time(23, 59), "UTC")),
    ],
)
def test_quiet_hours_are_two_times_and_a_zone(text: str, hours: QuietHours) -> None:
    assert parse_quiet_hours(text) == hours


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "write them as"),
        ("22-7", "write them as"),
        ("24:00-07:00", "write them as"),
        ("22:60-07:00", "write them as"),
        ("22:00", "write them as"),
        ("22:00-07:00Europe/Berlin", "write them as"),
        ("22:00-07:00 Europe/Berlin x", "write them as"),
        ("٢٢:00-07:00", "write them as"),
        ("22:00-22:00", "start and end at the same time"),
        ("22:00-07:00 Europe/Nowhere", "'Europe/Nowhere' is not a time zone"),
        ("22:00-07:00 ../../etc/passwd", "is not a time zone"),
        ("22:00-07:00 " + "x" * 5000, "write them as"),
    ],
)
def test_other_texts_are_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as refused:
        parse_quiet_hours(text)
    assert len(str(refused.value)) < 200


@given(st.integers(0, 95), st.integers(1, 95), st.sampled_from(CHANGES))
def test_what_is_written_is_read_again(start: int, length: int, change: tuple[str, str]) -> None:
    hours = QuietHours(_quarter(start), _quarter(start + length), change[0])
    assert parse_quiet_hours(str(hours)) == hours


@settings(max_examples=200)
@given(
    start=st.integers(0, 95),
    length=st.integers(1, 95),
    change=st.sampled_from(CHANGES),
    away=st.integers(-36 * HOUR, 36 * HOUR),
)
def test_quiet_hours_last_until_they_end_also_when_clocks_are_set(
    start: int, length: int, change: tuple[str, str], away: int
) -> None:
    zone, changed = change
    hours = QuietHours(_quarter(start), _quarter(start + length), zone)
    now = at(changed, zone) + away
    until = hours.until(now)
    if until is None:
        assert not _contains(hours, now)
        return
    assert now < until <= now + 26 * HOUR
    assert not _contains(hours, until)
    assert all(
        _contains(hours, moment) or _was_put_forward(now, moment, zone)
        for moment in range(now, until, 5 * MINUTE)
    )


def _quarter(number: int) -> time:
    return time(number // 4 % 24, number % 4 * 15)


def _contains(hours: QuietHours, moment: int) -> bool:
    clock = local(moment, hours.zone).time()
    if hours.start < hours.end:
        return hours.start <= clock < hours.end
    return clock >= hours.start or clock < hours.end


def _was_put_forward(now: int, moment: int, zone: str) -> bool:
    """Return whether the end of the hours may have been skipped."""
    return _offset(moment, zone) > _offset(now, zone)


def _offset(moment: int, zone: str) -> timedelta:
    return local(moment, zone).utcoffset() or timedelta()
