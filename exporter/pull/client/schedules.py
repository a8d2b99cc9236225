"""When Duplicati's own scheduler starts a backup next, and the interval between its starts.

Follows Duplicati's scheduler, 2.1 to 2.3. It starts a run one repetition after the last planned
start. If that day of the week is not allowed, a repetition of days or more is postponed day by day,
a shorter one is repeated until the day is allowed.
"""

import re
from itertools import pairwise
from typing import Any

from msgspec import Struct

from exporter.pull.client.states import ServerState
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
_EPOCH_WEEKDAY = 3
"""1970-01-01 was a Thursday."""

_MAX_STEPS = _WEEK * DAY // (5 * MINUTE)
"""The shortest repetition is five minutes: more steps than a week has are never needed."""

_RULE = re.compile(r"AllowedWeekDays=([A-Za-z, ]*)")


_ALL_DAYS = frozenset(range(_WEEK))


class Planned(Struct, frozen=True):
    """The next start and the longest interval between planned starts, with days of 24 hours.

    `allowed` are the days of the week on which a run starts, Monday is 0. A start on another day is
    put off by `step`, as often as needed.
    """

    start: Millis
    interval: Millis
    allowed: frozenset[int] = _ALL_DAYS
    step: Millis = DAY

    def next_start(self, backup_id: str, state: ServerState, now: Millis) -> Millis:
        """Return when the next run is expected, by the server's clock.

        While a backup runs or waits, `start` is the moment that has passed. Else the scheduler says
        when it starts next. Of an older server that does not tell, a start that lies in the past on
        a day that is not allowed is put off. That day is one of UTC: the server's zone is unknown.

        Args:
            backup_id: whose schedule it is.
            state: what the server does.
            now: the present time.
        """
        if not state.is_idle(backup_id):
            return self.start
        if backup_id in state.proposed:
            return state.proposed[backup_id]
        return self._put_off() if self.start < now else self.start

    def _put_off(self) -> Millis:
        starts = (self.start + count * self.step for count in range(_MAX_STEPS))
        return next((at for at in starts if _weekday(at) in self.allowed), self.start)


def planned(schedule: object) -> Planned | None:
    """Return what a schedule plans; None if it is missing, does not repeat, or is invalid."""
    if not isinstance(schedule, dict):
        return None
    start, repeat = _timestamp(schedule.get("Time")), schedule.get("Repeat")
    if start is None or not isinstance(repeat, str):
        return None
    allowed = _allowed(schedule)
    interval = _widest(repeat, allowed)
    if interval is None:
        return None
    return Planned(start, interval, allowed, min(_length(repeat), DAY))


def _weekday(at: Millis) -> int:
    return (at // DAY + _EPOCH_WEEKDAY) % _WEEK


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
    return frozenset(_DAYS.index(name) for name in names if name in _DAYS) or _ALL_DAYS


def _widest(repeat: str, allowed: frozenset[int]) -> Millis | None:
    if _REPEAT.fullmatch(repeat) is None:
        return None
    interval = _length(repeat)
    if not 0 < interval <= _MAX_INTERVAL:
        return None
    if len(allowed) == _WEEK:
        return interval
    if interval < DAY:
        return _repeated(interval, _longest_pause(allowed) * DAY)
    if interval % DAY or any(unit in repeat for unit in _CALENDAR):
        return interval + _longest_pause(allowed) * DAY
    return _postponed(interval // DAY, allowed) * DAY


def _length(repeat: str) -> Millis:
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(repeat))


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
