"""The schedule that a person may set for a job, as text and as a value.

``auto`` follows the reports, ``off`` expects nothing, ``every 12h`` counts from the last run,
``cron 0 3 * * 1-5 Europe/Berlin`` follows a calendar; a zone left out is UTC.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from msgspec import Struct

from exporter.times import Millis, format_duration, from_datetime, parse_duration, to_datetime

_ALLOWED = 'allowed are "auto", "off", "every 12h" and "cron 0 3 * * 1-5 Europe/Berlin"'
_CRON_FIELDS = 5
_MAX_TEXT_LENGTH = 200


class Auto(Struct, frozen=True):
    """Follow what Duplicati reports, else what was learned, else the default."""

    def __str__(self) -> str:
        return "auto"


class Off(Struct, frozen=True):
    """Expect nothing."""

    def __str__(self) -> str:
        return "off"


class Every(Struct, frozen=True):
    """Expect a run so long after the last one."""

    interval: Millis

    def __str__(self) -> str:
        return f"every {format_duration(self.interval)}"


class Cron(Struct, frozen=True):
    """Expect a run by a calendar, in a time zone."""

    expression: str
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"cron {self.expression} {self.zone}"

    def due_after(self, started: Millis, early: Millis) -> tuple[Millis, Millis]:
        """Return the next start after the one that a run counts for, and the interval to the next.

        Clocks differ: a run that started up to `early` before a start, at most half an interval,
        counts for that. The starts are as Debian's cron would make them.
        """
        timestamps = self.starts(started)
        start, following = next(timestamps), next(timestamps)
        if start - started <= early and 2 * (start - started) <= start - self.before(start):
            start, following = following, next(timestamps)
        return start, following - start

    def after(self, timestamp: Millis) -> Millis:
        """Return the first start after a time."""
        return next(self.starts(timestamp))

    def before(self, timestamp: Millis) -> Millis:
        """Return the last start before a time."""
        return next(self.starts(timestamp, reverse=True))

    def starts(self, timestamp: Millis, *, reverse: bool = False) -> Iterator[Millis]:
        """Yield the starts after a time, or before it from the last one on."""
        local = to_datetime(timestamp).astimezone(ZoneInfo(self.zone))
        return map(from_datetime, CronSim(self.expression, local, reverse))


ScheduleExpression = Auto | Off | Every | Cron


def parse_schedule(text: str) -> ScheduleExpression:
    """Parse a schedule.

    Raises:
        ValueError: it is not a schedule; the text says what is allowed.
    """
    match text.split() if len(text) <= _MAX_TEXT_LENGTH else []:
        case ["auto"]:
            return Auto()
        case ["off"]:
            return Off()
        case ["every", length]:
            return Every(parse_duration(length))
        case ["cron", *fields] if len(fields) in (_CRON_FIELDS, _CRON_FIELDS + 1):
            return _cron(" ".join(fields[:_CRON_FIELDS]), *fields[_CRON_FIELDS:])
    message = f"{text[:40]!r} is not a schedule: {_ALLOWED}"
    raise ValueError(message)


def parse_zone(text: str) -> str:
    """Parse the name of a time zone.

    Raises:
        ValueError: there is no such zone.
    """
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{text[:40]!r} is not a time zone: write one as Europe/Berlin"
        raise ValueError(message) from None


def _cron(expression: str, zone: str = "UTC") -> Cron:
    known = parse_zone(zone)
    try:
        starts = CronSim(expression, datetime(2024, 1, 1, tzinfo=UTC))
        next(starts)
    except CronSimError as error:
        message = f"{expression!r} is not a cron expression ({error}): write it as 0 3 * * 1-5"
        raise ValueError(message) from None
    except StopIteration:
        message = f"{expression!r} never comes"
        raise ValueError(message) from None
    return Cron(expression, known)
