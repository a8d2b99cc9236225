"""Conversion of the application's settings into schedules and tolerances as they are set here.

Its own scheduler counts week days in UTC, and has no time zone.
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
"""The units of an interval, with their longest durations: a month of 31 days is not late."""

_TOKENS = re.compile(r"(?:[0-9]{1,9}[smhDWMY])+", re.ASCII)
_TOKEN = re.compile(r"([0-9]+)([smhDWMY])", re.ASCII)
_OLD_UNITS = {"hour": "h", "hours": "h", "day": "D", "days": "D"}
"""In older versions an interval is a number, with its unit in another field: hours if missing."""

_CHECKS = ("overdueBackupCheckEnabled", "missedBackupCheckEnabled")
"""Whether a backup is monitored: the field's name, and an older one."""

_DEFAULTS = ":__default__"
"""The suffix of a key that has a server's defaults for notifications, and is not a backup."""

_TOLERANCES = {"5min": "5m", "15min": "15m", "30min": "30m"} | {
    same: same for same in ("1h", "2h", "4h", "6h", "12h", "1d")
}
_NO_TOLERANCE = "no_tolerance"
_WEEK = frozenset(range(7))
"""Days as cron counts them, and the application too: 0 is Sunday."""


class SettingError(ValueError):
    """A setting cannot be read; the text says why."""


class JobSetting(Struct, frozen=True):
    """The setting of a backup: its schedule as it is written here.

    None means that it is learned from the runs: certain days of the week without a time zone give
    no hour that is right all year, which `by_week_days` reports.
    """

    schedule: str | None
    by_week_days: bool = False


class Settings:
    """The settings of backups, by server and backup."""

    def __init__(self, jobs: Mapping[str, object]) -> None:
        self._jobs = jobs

    def __len__(self) -> int:
        return sum(not key.endswith(_DEFAULTS) for key in self._jobs)

    def of(
        self, server_id: str, server_name: str | None, backup: str, zone: str | None
    ) -> JobSetting | None:
        """Return the setting of a backup, None if there is none.

        Raises:
            SettingError: it cannot be read.
        """
        # Older versions have the server's name instead of its id.
        for server in (server_id, server_name):
            found = self._jobs.get(f"{server}:{backup}")
            if isinstance(found, dict):
                return _job(found, zone)
        return None


def read_settings(text: str | None) -> Settings:
    """Parse the configuration `backup_settings`.

    Raises:
        SettingError: it cannot be read.
    """
    try:
        return Settings(msgspec.json.decode(text, type=dict[str, object]) if text else {})
    except (msgspec.MsgspecError, RecursionError) as error:
        raise SettingError(str(error)) from None


def read_tolerance(text: str | None) -> str | None:
    """Parse the configuration `overdue_tolerance`, as it is written here.

    No tolerance at all would make a run late that takes a little longer than those before: then the
    configuration here decides.

    Raises:
        SettingError: it is unknown.
    """
    if text is None or text == _NO_TOLERANCE:
        return None
    if text not in _TOLERANCES:
        message = f"{text[:40]!r} is unknown"
        raise SettingError(message)
    return _TOLERANCES[text]


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
    text = setting.get("expectedInterval")
    if isinstance(text, int) and not isinstance(text, bool):
        text = f"{text}{_OLD_UNITS.get(str(setting.get('intervalUnit')), 'h')}"
    if isinstance(text, str) and text.isdigit():
        text = f"{text}s"
    if not isinstance(text, str) or _TOKENS.fullmatch(text) is None:
        message = f"expectedInterval {text!r} is not an interval"
        raise SettingError(message[:100])
    try:
        duration = sum(
            int(count) * parse_duration(_UNITS[unit]) for count, unit in _TOKEN.findall(text)
        )
        return parse_duration(format_duration(duration))
    except ValueError as error:
        raise SettingError(str(error)) from None


def _week_days(value: object) -> frozenset[int]:
    """Return the days; none at all means every day, as in the application."""
    if not isinstance(value, list):
        return _WEEK
    return frozenset(day for day in value if isinstance(day, int) and day in _WEEK) or _WEEK


def _calendar(time: str, days: frozenset[int], zone: str) -> str | None:
    """Return the schedule with a timestamp's hour in a time zone, on certain days.

    None if the day differs between the zone and UTC: the days may be those of the application's
    scheduler, or those that it copied from Duplicati, which are the zone's.
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
