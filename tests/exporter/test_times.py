from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter import times
from exporter.times import DAY, HOUR, MAX_TIMESTAMP, MINUTE, SECOND

TICKS = 10_000
"""Ticks of .NET in a millisecond."""

MAX_TICKS = 2**63 - 1
MAX_INTERVAL = 3660 * DAY
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

timestamps = st.integers(0, MAX_TIMESTAMP)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def _timespan(ticks: int) -> str:
    """Write ticks as .NET does: days and the fraction only where there are any."""
    seconds, fraction = divmod(abs(ticks), 1000 * TICKS)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    text = f"{hour:02}:{minute:02}:{second:02}"
    text = f"{days}.{text}" if days else text
    text = f"{text}.{fraction:07}" if fraction else text
    return f"-{text}" if ticks < 0 else text


def _iso(timestamp: int, finer: int, digits: int, zone: timezone | None) -> str:
    """Write a timestamp with up to seven digits of a second, trailing zeros cut as .NET does."""
    whole, millisecond = divmod(timestamp, 1000)
    local = (EPOCH + timedelta(seconds=whole)).astimezone(zone or UTC)
    fraction = f"{millisecond:03}{finer:04}"[:digits].rstrip("0")
    text = local.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "")
    return text + ("Z" if zone is None else local.isoformat()[-6:])


@given(st.integers(-MAX_TICKS, MAX_TICKS))
def test_time_span_is_read_to_the_millisecond(ticks: int) -> None:
    sign = -1 if ticks < 0 else 1

    assert times.parse_timespan(_timespan(ticks)) == sign * (abs(ticks) // TICKS)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("00:00:00", 0),
        ("00:00:51.3856057", 51_385),
        ("00:00:00.5", 500),
        ("00:00:00.0019999", 1),
        ("1.02:03:04", 93_784_000),
        ("-1.02:03:04.5", -93_784_500),
        ("10675199.02:48:05.4775807", 922_337_203_685_477),
    ],
)
def test_time_span_as_dotnet_writes_it(text: str, length: int) -> None:
    assert times.parse_timespan(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "51",
        "00:51",
        "1:2:3",
        "00:00:00.",
        "00:00:00.12345678",
        "+00:00:01",
        "--00:00:01",
        "1,00:00:00",
        "1.1.00:00:00",
        "00:00:00\n",
        " 00:00:00",
        "\u0660\u0660:\u0660\u0660:\u0660\u0660",
        "123456789.00:00:00",
    ],
)
def test_text_that_is_no_time_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a \.NET TimeSpan"):
        times.parse_timespan(text)


@given(timestamps, st.integers(0, TICKS - 1), st.integers(3, 7), st.none() | offsets)
def test_timestamp_is_read_to_the_millisecond(
    timestamp: int, finer: int, digits: int, zone: timezone | None
) -> None:
    inside = min(max(timestamp, DAY), MAX_TIMESTAMP - DAY)

    assert times.parse_timestamp(_iso(inside, finer, digits, zone)) == inside


@given(timestamps)
def test_written_timestamp_is_read_back(timestamp: int) -> None:
    text = times.format_timestamp(timestamp)

    assert times.parse_timestamp(text) == timestamp
    assert len(text) == len("2024-01-15T10:30:00.000Z")
    assert text.endswith("Z")


@given(timestamps)
def test_timestamp_without_an_offset_is_utc(timestamp: int) -> None:
    text = times.format_timestamp(timestamp)

    assert times.parse_timestamp(text.removesuffix("Z")) == timestamp


@pytest.mark.parametrize(
    ("text", "timestamp"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2025-04-21T23:45:46.9712217Z", 1_745_279_146_971),
        ("2025-04-21T23:45:46.97Z", 1_745_279_146_970),
        ("2025-04-22T00:45:46+01:00", 1_745_279_146_000),
        ("20260715T010000Z", 1_784_077_200_000),
        ("0001-01-01T00:00:00", -62_135_596_800_000),
        ("9999-12-31T23:59:59.9999999", MAX_TIMESTAMP),
    ],
)
def test_timestamp_as_duplicati_writes_it(text: str, timestamp: int) -> None:
    assert times.parse_timestamp(text) == timestamp


@pytest.mark.parametrize("text", ["", "now", "1745279146", "2025-02-29T00:00:00Z", "4/21/2025"])
def test_text_that_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        times.parse_timestamp(text)


def test_timestamp_is_written_as_the_api_documents_it() -> None:
    assert times.format_timestamp(1_705_314_600_000) == "2024-01-15T10:30:00.000Z"
    assert times.format_timestamp(MAX_TIMESTAMP) == "9999-12-31T23:59:59.999Z"


@given(st.integers(1, MAX_INTERVAL // SECOND))
def test_written_interval_is_read_back(seconds: int) -> None:
    assert times.parse_duration(times.format_duration(seconds * SECOND)) == seconds * SECOND


@given(st.lists(st.tuples(st.integers(1, 60), st.sampled_from("wdhms")), min_size=1, max_size=8))
def test_read_interval_is_the_same_when_written_and_read_again(
    parts: list[tuple[int, str]],
) -> None:
    length = times.parse_duration("".join(f"{count}{unit}" for count, unit in parts))

    assert times.parse_duration(times.format_duration(length)) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90m", 90 * MINUTE),
        ("12h", 12 * HOUR),
        ("1d12h", 36 * HOUR),
        ("2w", 14 * DAY),
        ("30s", 30 * SECOND),
        ("0d1s", SECOND),
        ("3660d", MAX_INTERVAL),
    ],
)
def test_interval_as_people_write_it(text: str, length: int) -> None:
    assert times.parse_duration(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "h",
        "12 h",
        "-1h",
        "1.5h",
        "1H",
        "1y",
        "0s",
        "0w0d",
        "3661d",
        "999999999w",
        "\u0661h",
    ],
)
def test_interval_without_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration|out of range"):
        times.parse_duration(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "'soon' is not a duration: write a number and w, d, h, m or s, such as 12h"),
        ("0h", "'0h' is out of range: more than 0s and at most ten years"),
    ],
)
def test_a_refused_interval_is_named_with_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        times.parse_duration(text)


@pytest.mark.parametrize(
    ("length", "text"),
    [(0, "0s"), (999, "0s"), (SECOND, "1s"), (36 * HOUR, "1d12h"), (8 * DAY + 61_500, "1w1d1m1s")],
)
def test_interval_is_written_in_the_largest_units(length: int, text: str) -> None:
    assert times.format_duration(length) == text


def test_present_moment_lies_between_the_bounds() -> None:
    assert times.MIN_TIMESTAMP < times.now() < times.MAX_TIMESTAMP
