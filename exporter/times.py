"""Timestamps and durations in the formats of Duplicati, of people and of the API.

Inside the daemon both are integer milliseconds: a timestamp counts from 1970-01-01 UTC.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

Millis: TypeAlias = int

SECOND: Millis = 1000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR

MIN_TIMESTAMP: Millis = 0
"""Anything before is not a timestamp: .NET writes year 1 for a time that was never set."""

MAX_TIMESTAMP: Millis = 253_402_300_799_999
"""The last millisecond of the year 9999, the last that ISO 8601 writes in four digits."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_DURATION = re.compile(r"(?:[0-9]{1,9}[wdhms])+")
_DURATION_PART = re.compile(r"([0-9]+)([wdhms])")
_TIMESPAN = re.compile(
    r"(?P<sign>-?)(?:(?P<days>[0-9]{1,8})\.)?(?P<hours>[0-9]{1,2}):(?P<minutes>[0-9]{2})"
    r":(?P<seconds>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,7}))?",
    re.ASCII,
)


def now() -> Millis:
    """Return the present time."""
    return time.time_ns() // 1_000_000


def from_datetime(timestamp: datetime) -> Millis:
    """Return an aware datetime as milliseconds; finer digits are cut."""
    since = timestamp - _EPOCH
    return (since.days * DAY) + since.seconds * SECOND + since.microseconds // 1000


def to_datetime(timestamp: Millis) -> datetime:
    """Return a timestamp as a datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=timestamp)


def parse_timestamp(text: str) -> Millis:
    """Parse an ISO 8601 timestamp; one without an offset is UTC, finer digits are cut.

    Raises:
        ValueError: the text is not an ISO 8601 timestamp.
    """
    timestamp = datetime.fromisoformat(text)
    if timestamp.tzinfo is None:
        timestamp = timestamp.replace(tzinfo=UTC)
    return from_datetime(timestamp)


def format_timestamp(timestamp: Millis) -> str:
    """Format a timestamp as the API does: UTC, milliseconds, ``Z``."""
    seconds, milliseconds = divmod(timestamp, SECOND)
    return f"{_to_the_second(seconds)}.{milliseconds:03}Z"


@lru_cache(maxsize=1024)  # a busy log writes many lines a second
def _to_the_second(seconds: int) -> str:
    return to_datetime(seconds * SECOND).isoformat().removesuffix("+00:00")


def parse_timespan(text: str) -> Millis:
    """Parse a .NET TimeSpan, ``[-][d.]hh:mm:ss[.fffffff]``; finer digits are cut.

    Raises:
        ValueError: the text is not a TimeSpan.
    """
    match = _TIMESPAN.fullmatch(text)
    if match is None:
        message = f"{text[:40]!r} is not a .NET TimeSpan"
        raise ValueError(message)
    duration = int(match["days"] or 0) * DAY + int(match["hours"]) * HOUR
    duration += int(match["minutes"]) * MINUTE + int(match["seconds"]) * SECOND
    duration += int((match["fraction"] or "").ljust(3, "0")[:3])
    return -duration if match["sign"] else duration


def parse_duration(text: str) -> Millis:
    """Parse a duration as the configuration has it: ``90m``, ``12h``, ``1d12h``.

    Raises:
        ValueError: the text is not a duration, or it is zero or too long.
    """
    if _DURATION.fullmatch(text) is None:
        message = (
            f"{text[:40]!r} is not a duration: write a number and w, d, h, m or s, such as 12h"
        )
        raise ValueError(message)
    duration = sum(int(number) * _UNITS[unit] for number, unit in _DURATION_PART.findall(text))
    if not 0 < duration <= 3660 * DAY:
        message = f"{text[:40]!r} is out of range: more than 0s and at most ten years"
        raise ValueError(message)
    return duration


def format_duration(duration: Millis) -> str:
    """Format a duration as `parse_duration` reads it; parts of a second are cut."""
    parts = []
    for unit, size in _UNITS.items():
        count, duration = divmod(duration, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
