"""Timestamps, durations and sizes for humans, in the language and the time zone of the reader."""

from datetime import datetime, timedelta
from functools import lru_cache

from msgspec import Struct

from exporter import regional
from exporter.language import ENGLISH, Reader, gettext, ngettext, pgettext, reader
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, format_timestamp, to_datetime

_UNITS = (
    ("year", 365 * DAY),
    ("month", 30 * DAY),
    ("day", DAY),
    ("hour", HOUR),
    ("minute", MINUTE),
)
_LONG: Millis = 60 * DAY
"""Up to here days are given: "a month ago" is too vague."""

_NEARLY: Millis = 5 * MINUTE
"""What was learned from runs is never a whole hour."""

_EVERY = {
    "week": lambda count: ngettext("every week", "every %(count)s weeks", count),
    "day": lambda count: ngettext("every day", "every %(count)s days", count),
    "hour": lambda count: ngettext("every hour", "every %(count)s hours", count),
    "minute": lambda count: ngettext("every minute", "every %(count)s minutes", count),
}
_SHORT_UNITS = (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND))
_PREFIXES = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
UNITS = ("B", *_PREFIXES, *(name for name, _ in _SHORT_UNITS), "ms")
"""The symbols that languages may write otherwise; in the catalogues they have this context."""
UNIT = "unit"

_STEP = 1024

_REMEMBERED = 4096
"""Times, durations and sizes that were written for a reader: a page is loaded again each minute."""


class DisplayTime(Struct, frozen=True):
    """A timestamp: in ISO 8601, to the second for humans, and relative to now."""

    stamp: str
    exact: str
    words: str

    @classmethod
    def from_timestamp(cls, timestamp: Millis, now: Millis) -> "DisplayTime":
        """Return how a timestamp is shown."""
        return cls(format_timestamp(timestamp), exact(timestamp), relative(timestamp, now))


def length(span: Millis) -> str:
    """Return a duration in one unit, as "3 hours"; the rest is cut."""
    return _in_one_unit(span, directed=False)


def _in_one_unit(span: Millis, *, directed: bool) -> str:
    for name, unit in _UNITS:
        if abs(span) >= unit and not (unit > DAY and abs(span) < _LONG):
            count, language = abs(span) // unit, reader().language
            if language != ENGLISH:
                whole = timedelta(milliseconds=count * unit if span > 0 else -count * unit)
                return regional.span(whole, name, language, directed=directed)
            text = f"{count} {name}" if count == 1 else f"{count} {name}s"
            return _directed(text, span) if directed else text
    return gettext("less than a minute")


def _directed(text: str, span: Millis) -> str:
    return f"in {text}" if span > 0 else f"{text} ago"


def every(interval: Millis) -> str:
    """Return an interval between runs, as "every day" or "about every 36 hours"."""
    near = round(interval / HOUR) * HOUR
    if interval != near and abs(interval - near) <= min(_NEARLY, interval // 10):
        return gettext("about %(interval)s") % {"interval": every(near)}
    for name, unit in (("week", 7 * DAY), *_UNITS[2:]):
        if interval % unit == 0 and interval:
            count = interval // unit
            return _EVERY[name](count) % {"count": number(count)}
    return gettext("every %(duration)s") % {"duration": duration(interval)}


def relative(timestamp: Millis, now: Millis) -> str:
    """Return a timestamp relative to now, as "3 hours ago" or "in 2 days"."""
    if abs(now - timestamp) < MINUTE:
        return gettext("just now") if timestamp <= now else gettext("in less than a minute")
    return _in_one_unit(timestamp - now, directed=True)


def exact(timestamp: Millis) -> str:
    """Return a timestamp to the second, as "2026-01-15 10:30:00 UTC"."""
    return _exact(timestamp, reader())


@lru_cache(_REMEMBERED)
def _exact(timestamp: Millis, _reader: Reader) -> str:
    local = _local(timestamp)
    return f"{local:{_date_pattern()} %H:%M:%S} {_zone(local)}"


def weekday(timestamp: Millis) -> str:
    """Return a timestamp to the minute with its weekday: "Thursday 15 January 2026, 10:30 UTC"."""
    local, language = _local(timestamp), reader().language
    if language == ENGLISH:
        day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    else:
        day = regional.long_date(local.date(), language)
    return f"{day}, {local.hour:02}:{local.minute:02} {_zone(local)}"


def day(timestamp: Millis) -> str:
    """Return the day of a timestamp, as "2026-01-15"."""
    return f"{_local(timestamp):{_date_pattern()}}"


def _local(timestamp: Millis) -> datetime:
    """Return a timestamp in the zone of the reader; in UTC where the calendar ends before that.

    A report may name the last day of the year 9999.
    """
    found = to_datetime(timestamp)
    try:
        return found.astimezone(reader().zone)
    except OverflowError:
        return found


def _date_pattern() -> str:
    language = reader().language
    return "%Y-%m-%d" if language == ENGLISH else regional.date_pattern(language)


def _zone(local: datetime) -> str:
    """Return the offset of a zone, as "UTC+1": abbreviations such as "CST" mean several zones."""
    offset = local.utcoffset()
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{'-' if offset < timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}"


def duration(span: Millis) -> str:
    """Return a duration in its two largest units, as "2 h 5 min"; the rest is cut."""
    return _duration(span, reader())


@lru_cache(_REMEMBERED)
def _duration(span: Millis, _reader: Reader) -> str:
    parts: list[str] = []
    for name, unit in _SHORT_UNITS:
        count, span = divmod(span, unit)
        parts += [f"{count} {pgettext(UNIT, name)}"] if count or parts else []
    shown = [part for part in parts[:2] if not part.startswith("0 ")]
    return " ".join(shown) or f"0 {pgettext(UNIT, 's')}"


def size(count: int) -> str:
    """Return a number of bytes to three digits, as "1.21 GiB"."""
    return _size(count, reader())


@lru_cache(_REMEMBERED)
def _size(count: int, _reader: Reader) -> str:
    if count < _STEP:
        return f"{count} {pgettext(UNIT, 'B')}"
    value, prefix = _scaled(count)
    digits = 0 if value >= 100 else 1 if value >= 10 else 2  # noqa: PLR2004 - three in all
    return f"{_decimal(f'{value:.{digits}f}')} {pgettext(UNIT, prefix)}"


def _decimal(text: str) -> str:
    language = reader().language
    return text if language == ENGLISH else text.replace(".", regional.decimal_sign(language))


def _scaled(count: int) -> tuple[float, str]:
    """Return a number in the largest unit of which there is one, and its name."""
    power = min((count.bit_length() - 1) // 10, len(_PREFIXES))
    value = count / _STEP**power
    if round(value) == _STEP and power < len(_PREFIXES):
        return 1.0, _PREFIXES[power]
    return value, _PREFIXES[power - 1]


def number(count: int) -> str:
    """Return a number with its thousands separated."""
    language = reader().language
    return f"{count:,}" if language == ENGLISH else regional.number(count, language)


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""Not strftime's, which follow the locale."""
