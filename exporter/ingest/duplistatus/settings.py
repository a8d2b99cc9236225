"""What a person set in the application becomes a schedule and a tolerance as they are set here.

Its own scheduler counts week days in UTC, and knows of no time zone.
"""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from exporter.times import (
    DAY,
    Millis,
    format_duration,
    parse_duration,
    parse_timestamp,
    to_datetime,
)

_UNITS = {"s": "1s", "m": "1m", "h": "1h", "D": "1d", "W": "1w", "M": "31d", "Y": "366d"}
"""The units of an interval, as long as they ever are: a month of 31 days is not late."""

_TOKENS = re.compile(r"(?:[0-9]{1,9}[smhDWMY])+", re.ASCII)
_TOKEN = re.compile(r"([0-9]+)([smhDWMY])", re.ASCII)
_OLD_UNITS = {"hour": "h", "hours": "h", "day": "D", "days": "D"}
"""In older versions an interval is a number, and its unit a field of its own: hours if none."""

_CHECKS = ("overdueBackupCheckEnabled", "missedBackupCheckEnabled")
"""Whether a backup is watched: the field's name, and an older one."""

_DEFAULTS = ":__default__"
"""The end of a key under which a server's defaults for notifications lie, and no backup."""

_TOLERANCES = {"5min": "5m", "15min": "15m", "30min": "30m"} | {
    same: same for same in ("1h", "2h", "4h", "6h", "12h", "1d")
}
_NO_TOLERANCE = "no_tolerance"
_WEEK = frozenset(range(7))
"""Days as cron counts them, and the application too: 0 is Sunday."""


class SettingError(ValueError):
    """A setting cannot be read; the text says why."""


class JobSetting(Struct, frozen=True):
    """What is set for a backup: its schedule as it is written here.

    None leaves it to the runs: certain days of the week without a time zone say no hour that holds
    through the year, and `by_week_days` tells of it.
    """

    schedule: str | None
    by_week_days: bool = False


class Settings:
    """What people set for backups, by server and backup."""

    def __init__(self, jobs: Mapping[str, object]) -> None:
        self._jobs = jobs

    def __len__(self) -> int:
        return sum(not key.endswith(_DEFAULTS) for key in self._jobs)

    def of(
        self, server_id: str, server_name: str | None, backup: str, zone: str | None
    ) -> JobSetting | None:
        """Return what is set for a backup, None where nothing is.

        Raises:
            SettingError: it cannot be read.
        """
        # Older versions name the server in the place of its id.
        for server in (server_id, server_name):
            found = self._jobs.get(f"{server}:{backup}")
            if isinstance(found, dict):
                return _job(found, zone)
        return None


def read_settings(told: str | None) -> Settings:
    """Read the configuration `backup_settings`.

    Raises:
        SettingError: it cannot be read.
    """
    try:
        return Settings(msgspec.json.decode(told, type=dict[str, object]) if told else {})
    except (msgspec.MsgspecError, RecursionError) as error:
        raise SettingError(str(error)) from None


def read_tolerance(told: str | None) -> str | None:
    """Read the configuration `overdue_tolerance`, as it is written here.

    None at all would call a run late that takes a little longer than those before: that is left
    to the configuration here.

    Raises:
        SettingError: it is unknown.
    """
    if told is None or told == _NO_TOLERANCE:
        return None
    if told not in _TOLERANCES:
        message = f"{told[:40]!r} is unknown"
        raise SettingError(message)
    return _TOLERANCES[told]


def _job(setting: Mapping[str, object], zone: str | None) -> JobSetting:
    if any(setting.get(check) is False for check in _CHECKS):
        return JobSetting("off")
    interval = _interval(setting)
    days = _week_days(setting.get("allowedWeekDays"))
    if days == _WEEK or interval >= len(_WEEK) * DAY:
        return JobSetting(f"every {format_duration(interval)}")
    time, schedule = setting.get("time"), None
    if interval == DAY and zone is not None and isinstance(time, str):
        schedule = _calendar(time, days, zone)
    return JobSetting(schedule, by_week_days=schedule is None)


def _interval(setting: Mapping[str, object]) -> Millis:
    told = setting.get("expectedInterval")
    if isinstance(told, int) and not isinstance(told, bool):
        told = f"{told}{_OLD_UNITS.get(str(setting.get('intervalUnit')), 'h')}"
    if isinstance(told, str) and told.isdigit():
        told = f"{told}s"
    if not isinstance(told, str) or _TOKENS.fullmatch(told) is None:
        message = f"expectedInterval {told!r} is not an interval"
        raise SettingError(message[:100])
    try:
        length = sum(
            int(count) * parse_duration(_UNITS[unit]) for count, unit in _TOKEN.findall(told)
        )
        return parse_duration(format_duration(length))
    except ValueError as error:
        raise SettingError(str(error)) from None


def _week_days(told: object) -> frozenset[int]:
    """Return the days; none at all stands for every day, as in the application."""
    if not isinstance(told, list):
        return _WEEK
    return frozenset(day for day in told if isinstance(day, int) and day in _WEEK) or _WEEK


def _calendar(time: str, days: frozenset[int], zone: str) -> str | None:
    """Return the schedule of a moment's hour on certain days, where that zone's clocks hang.

    None where it is another day there than in UTC: the days may be those of the application's
    scheduler, or those that it took over from Duplicati, which are the zone's.
    """
    try:
        timestamp = to_datetime(parse_timestamp(time))
        local = timestamp.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        message = f"time {time[:40]!r} is not a time"
        raise SettingError(message) from None
    if local.date() != timestamp.date():
        return None
    named = ",".join(str(day) for day in sorted(days))
    return f"cron {local.minute} {local.hour} * * {named} {zone}"
