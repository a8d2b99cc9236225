import pytest

from exporter import formatting
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, parse_timestamp

NOW = parse_timestamp("2026-01-15T10:30:00Z")


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (0, "just now"),
        (59 * SECOND, "just now"),
        (MINUTE, "1 minute ago"),
        (2 * HOUR - 1, "1 hour ago"),
        (3 * HOUR, "3 hours ago"),
        (DAY - 1, "23 hours ago"),
        (45 * DAY, "45 days ago"),
        (60 * DAY, "2 months ago"),
        (800 * DAY, "2 years ago"),
        (-30 * SECOND, "in less than a minute"),
        (-2 * DAY, "in 2 days"),
    ],
)
def test_a_moment_is_told_from_now_in_whole_units(before: Millis, told: str) -> None:
    assert formatting.relative(NOW - before, NOW) == told


@pytest.mark.parametrize(
    ("interval", "told"),
    [
        (DAY, "every day"),
        (7 * DAY, "every week"),
        (3 * DAY, "every 3 days"),
        (12 * HOUR, "every 12 hours"),
        (90 * MINUTE, "every 90 minutes"),
        (MINUTE, "every minute"),
        (DAY + 37 * SECOND, "about every day"),
        (DAY - 4 * MINUTE, "about every day"),
        (15 * MINUTE, "every 15 minutes"),
        (90 * SECOND, "every 1 min 30 s"),
    ],
)
def test_how_far_runs_lie_apart_is_told_in_the_largest_unit(interval: Millis, told: str) -> None:
    assert formatting.every(interval) == told


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (0, "0 s"),
        (999, "0 s"),
        (45 * SECOND, "45 s"),
        (65 * SECOND, "1 min 5 s"),
        (HOUR, "1 h"),
        (HOUR + 5 * SECOND, "1 h"),
        (26 * HOUR + MINUTE, "1 d 2 h"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(span: Millis, told: str) -> None:
    assert formatting.duration(span) == told


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.00 KiB"),
        (10 * 1024, "10.0 KiB"),
        (1024**2 - 1, "1.00 MiB"),
        (1023 * 1024, "1023 KiB"),
        (123 * 1024**3, "123 GiB"),
        (2**63 - 1, "8.00 EiB"),
    ],
)
def test_a_size_is_told_to_three_digits(count: int, told: str) -> None:
    assert formatting.size(count) == told


def test_moments_are_written_in_utc_and_say_so() -> None:
    assert formatting.exact(NOW) == "2026-01-15 10:30:00 UTC"
    assert formatting.weekday(NOW) == "Thursday 15 January 2026, 10:30 UTC"
