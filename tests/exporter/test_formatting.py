from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter import formatting
from exporter.language import TRANSLATED, Reader, reading
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


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("de", ("3 Tage", "vor 3 Tagen", "in 3 Tagen", "1.234.567", "1,21 GiB", "alle 3 Stunden")),
        (
            "es",
            ("3 días", "hace 3 días", "dentro de 3 días", "1.234.567", "1,21 GiB", "cada 3 horas"),
        ),
        (
            "fr",
            (
                "3 jours",
                "il y a 3 jours",
                "dans 3 jours",
                "1 234 567",
                "1,21 Gio",
                "toutes les 3 heures",
            ),
        ),
        ("pt", ("3 dias", "há 3 dias", "em 3 dias", "1.234.567", "1,21 GiB", "a cada 3 horas")),
    ],
)
def test_other_languages_write_amounts_in_their_own_way(
    language: str, written: tuple[str, ...]
) -> None:
    with reading(Reader(language)):
        found = (
            formatting.length(3 * DAY + HOUR),
            formatting.relative(NOW - 3 * DAY, NOW),
            formatting.relative(NOW + 3 * DAY, NOW),
            formatting.number(1_234_567),
            formatting.size(1_300_000_000),
            formatting.every(3 * HOUR),
        )
    assert tuple(" ".join(each.split()) for each in found) == written


@pytest.mark.parametrize("language", TRANSLATED)
@given(span=st.integers(MINUTE, 10_000 * DAY))
def test_a_span_has_the_same_count_in_every_language(language: str, span: Millis) -> None:
    count = formatting.length(span).partition(" ")[0]
    with reading(Reader(language)):
        assert count in formatting.length(span).split()
        assert count in formatting.relative(NOW - span, NOW).split()
        assert count in formatting.relative(NOW + span, NOW).split()


def test_the_last_hours_of_the_calendar_are_told_in_utc_where_a_zone_is_ahead() -> None:
    timestamp = parse_timestamp("9999-12-31T23:59:59Z")
    with reading(Reader(zone=ZoneInfo("Europe/Berlin"))):
        assert formatting.exact(timestamp) == "9999-12-31 23:59:59 UTC"
        assert formatting.weekday(timestamp) == "Friday 31 December 9999, 23:59 UTC"


def test_a_time_is_of_the_zone_of_the_reader_also_where_its_clock_was_changed() -> None:
    with reading(Reader(zone=ZoneInfo("Europe/Berlin"))):
        assert formatting.exact(NOW) == "2026-01-15 11:30:00 UTC+1"
        assert formatting.exact(NOW + 180 * DAY) == "2026-07-14 12:30:00 UTC+2"
        assert formatting.day(parse_timestamp("2026-01-15T23:30:00Z")) == "2026-01-16"
        assert formatting.weekday(NOW) == "Thursday 15 January 2026, 11:30 UTC+1"
    with reading(Reader("de", ZoneInfo("Europe/Berlin"))):
        assert formatting.weekday(NOW) == "Donnerstag, 15. Januar 2026, 11:30 UTC+1"
