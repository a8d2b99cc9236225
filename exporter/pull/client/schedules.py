"""When Duplicati's own scheduler starts a backup next, and the interval between its starts.

Follows Duplicati's scheduler, 2.1 to 2.3. It starts a run one repetition after the last planned
start. If that day of the week is not allowed, a repetition of days or more is postponed day by day,
a shorter one is repeated until the day is allowed.
"""

import re
from itertools import pairwise
from typing import Any

from msgspec import Struct

from exporter.times import (
    DAY,
    HOUR,
    MAX_TIMESTAMP,
    MIN_TIMESTAMP,
    MINUTE,
    SECOND,
    Millis,
    parse_timestamp,
)

_UNITS = {
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
    "D": DAY,
    "W": 7 * DAY,
    "M": 31 * DAY,
    "Y": 366 * DAY,
}
"""The longest duration of each unit."""

_CALENDAR = ("M", "Y")
"""Units of varying duration, so that a start can be on any day of the week."""

_REPEAT = re.compile(r"(?:[0-9]{1,6}[smhDWMY])+")
_PART = re.compile(r"([0-9]+)([smhDWMY])")
_MAX_INTERVAL: Millis = 3650 * DAY
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = len(_DAYS)
_RULE = re.compile(r"AllowedWeekDays=([A-Za-z, ]*)")


class Planned(Struct, frozen=True):
    """The next start and the longest interval between planned starts, with days of 24 hours."""

    start: Millis
    interval: Millis


def planned(schedule: object) -> Planned | None:
    """Return what a schedule plans; None if it is missing, does not repeat, or is invalid."""
    if not isinstance(schedule, dict):
        return None
    start, repeat = _timestamp(schedule.get("Time")), schedule.get("Repeat")
    if start is None or not isinstance(repeat, str):
        return None
    interval = _widest(repeat, _allowed(schedule))
    return None if interval is None else Planned(start, interval)


def _timestamp(value: object) -> Millis | None:
    try:
        timestamp = parse_timestamp(value) if isinstance(value, str) else MIN_TIMESTAMP
    except ValueError:
        return None
    return timestamp if MIN_TIMESTAMP < timestamp <= MAX_TIMESTAMP else None


def _allowed(schedule: dict[str, Any]) -> frozenset[int]:
    """Return the allowed days, Monday is 0; all of them if none is given."""
    days, rule = schedule.get("AllowedDays"), schedule.get("Rule")
    found = _RULE.search(rule) if isinstance(rule, str) else None
    given = days if isinstance(days, list) and days else (found[1].split(",") if found else [])
    names = [day.strip().lower()[:3] for day in given if isinstance(day, str)]
    return frozenset(_DAYS.index(name) for name in names if name in _DAYS) or frozenset(
        range(_WEEK)
    )


def _widest(repeat: str, allowed: frozenset[int]) -> Millis | None:
    if _REPEAT.fullmatch(repeat) is None:
        return None
    parts = _PART.findall(repeat)
    interval = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if not 0 < interval <= _MAX_INTERVAL:
        return None
    if len(allowed) == _WEEK:
        return interval
    if interval < DAY:
        return _repeated(interval, _longest_pause(allowed) * DAY)
    if interval % DAY or any(unit in _CALENDAR for _, unit in parts):
        return interval + _longest_pause(allowed) * DAY
    return _postponed(interval // DAY, allowed) * DAY


def _longest_pause(allowed: frozenset[int]) -> int:
    """Return the maximum number of consecutive days that are not allowed."""
    days = sorted(allowed)
    return max(later - earlier - 1 for earlier, later in pairwise([*days, days[0] + _WEEK]))


def _repeated(interval: Millis, pause: Millis) -> Millis:
    """Return the interval over a pause that starts within one repetition of the last start."""
    return (-(-pause // interval) + 1) * interval


def _postponed(days: int, allowed: frozenset[int]) -> int:
    """Return the longest interval, in days, from any allowed day to the next planned start."""
    return max(_days_until(day + days, allowed) + days for day in allowed)


def _days_until(day: int, allowed: frozenset[int]) -> int:
    return next(wait for wait in range(_WEEK) if (day + wait) % _WEEK in allowed)
