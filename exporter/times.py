"""Moments and lengths of time as Duplicati, people and the API write them.

Inside the daemon both are integer milliseconds: a moment counts from 1970-01-01 UTC.
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
"""What lies before is no moment: .NET writes year 1 where a time was never set."""

MAX_TIMESTAMP: Millis = 253_402_300_799_999
"""The last millisecond of the year 9999, the last that ISO 8601 writes in four digits."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_INTERVAL = re.compile(r"(?:[0-9]{1,9}[wdhms])+")
_INTERVAL_PART = re.compile(r"([0-9]+)([wdhms])")
_TIMESPAN = re.compile(
    r"(?P<sign>-?)(?:(?P<days>[0-9]{1,8})\.)?(?P<hours>[0-9]{1,2}):(?P<minutes>[0-9]{2})"
    r":(?P<seconds>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,7}))?",
    re.ASCII,
)


def now() -> Millis:
    """Return the present moment."""
    return time.time_ns() // 1_000_000


def from_datetime(timestamp: datetime) -> Millis:
    """Return a moment that knows its time zone as milliseconds; finer digits are cut."""
    since = timestamp - _EPOCH
    return (since.days * DAY) + since.seconds * SECOND + since.microseconds // 1000


def to_datetime(timestamp: Millis) -> datetime:
    """Return a moment in UTC."""
    return _EPOCH + timedelta(milliseconds=timestamp)


def parse_timestamp(text: str) -> Millis:
    """Read an ISO 8601 moment; one without an offset is UTC, finer digits are cut.

    Raises:
        ValueError: the text is no ISO 8601 moment.
    """
    timestamp = datetime.fromisoformat(text)
    if timestamp.tzinfo is None:
        timestamp = timestamp.replace(tzinfo=UTC)
    return from_datetime(timestamp)


def format_timestamp(timestamp: Millis) -> str:
    """Write a moment as the API does: UTC, milliseconds, ``Z``."""
    seconds, milliseconds = divmod(timestamp, SECOND)
    return f"{_to_the_second(seconds)}.{milliseconds:03}Z"


@lru_cache(maxsize=1024)  # a busy log writes many lines a second
def _to_the_second(seconds: int) -> str:
    return to_datetime(seconds * SECOND).isoformat().removesuffix("+00:00")


def parse_timespan(text: str) -> Millis:
    """Read a .NET TimeSpan, ``[-][d.]hh:mm:ss[.fffffff]``; finer digits are cut.

    Raises:
        ValueError: the text is no TimeSpan.
    """
    match = _TIMESPAN.fullmatch(text)
    if match is None:
        message = f"{text[:40]!r} is not a .NET TimeSpan"
        raise ValueError(message)
    length = int(match["days"] or 0) * DAY + int(match["hours"]) * HOUR
    length += int(match["minutes"]) * MINUTE + int(match["seconds"]) * SECOND
    length += int((match["fraction"] or "").ljust(3, "0")[:3])
    return -length if match["sign"] else length


def parse_duration(text: str) -> Millis:
    """Read a length of time as people write it in the configuration: ``90m``, ``12h``, ``1d12h``.

    Raises:
        ValueError: the text is no such length, or it is zero.
    """
    if _INTERVAL.fullmatch(text) is None:
        message = (
            f"{text[:40]!r} is not a duration: write a number and w, d, h, m or s, such as 12h"
        )
        raise ValueError(message)
    length = sum(int(number) * _UNITS[unit] for number, unit in _INTERVAL_PART.findall(text))
    if not 0 < length <= 3660 * DAY:
        message = f"{text[:40]!r} is out of range: more than 0s and at most ten years"
        raise ValueError(message)
    return length


def format_duration(length: Millis) -> str:
    """Write a length of time as `parse_duration` reads it; parts of a second are cut."""
    parts = []
    for unit, size in _UNITS.items():
        count, length = divmod(length, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
