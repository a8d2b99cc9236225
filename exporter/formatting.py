"""Timestamps, durations and sizes for humans. Everything is in UTC."""

from msgspec import Struct

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

_SHORT_UNITS = (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND))
_PREFIXES = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_STEP = 1024


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
    for name, unit in _UNITS:
        if span >= unit and not (unit > DAY and span < _LONG):
            count = span // unit
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return "less than a minute"


def every(interval: Millis) -> str:
    """Return an interval between runs, as "every day" or "about every 36 hours"."""
    near = round(interval / HOUR) * HOUR
    if interval != near and abs(interval - near) <= min(_NEARLY, interval // 10):
        return f"about {every(near)}"
    for name, unit in (("week", 7 * DAY), *_UNITS[2:]):
        if interval % unit == 0 and interval:
            count = interval // unit
            return f"every {name}" if count == 1 else f"every {count} {name}s"
    return f"every {duration(interval)}"


def relative(timestamp: Millis, now: Millis) -> str:
    """Return a timestamp relative to now, as "3 hours ago" or "in 2 days"."""
    if abs(now - timestamp) < MINUTE:
        return "just now" if timestamp <= now else "in less than a minute"
    return f"{length(now - timestamp)} ago" if timestamp <= now else f"in {length(timestamp - now)}"


def exact(timestamp: Millis) -> str:
    """Return a timestamp to the second, as "2026-01-15 10:30:00 UTC"."""
    return f"{to_datetime(timestamp):%Y-%m-%d %H:%M:%S} UTC"


def weekday(timestamp: Millis) -> str:
    """Return a timestamp to the minute with its weekday: "Thursday 15 January 2026, 10:30 UTC"."""
    found = to_datetime(timestamp)
    day = f"{_DAYS[found.weekday()]} {found.day} {_MONTHS[found.month - 1]} {found.year}"
    return f"{day}, {found.hour:02}:{found.minute:02} UTC"


def day(timestamp: Millis) -> str:
    """Return the day of a timestamp, as "2026-01-15"."""
    return f"{to_datetime(timestamp):%Y-%m-%d}"


def duration(span: Millis) -> str:
    """Return a duration in its two largest units, as "2 h 5 min"; the rest is cut."""
    parts: list[str] = []
    for name, unit in _SHORT_UNITS:
        count, span = divmod(span, unit)
        parts += [f"{count} {name}"] if count or parts else []
    shown = [part for part in parts[:2] if not part.startswith("0 ")]
    return " ".join(shown) or "0 s"


def size(count: int) -> str:
    """Return a number of bytes to three digits, as "1.21 GiB"."""
    if count < _STEP:
        return f"{count} B"
    value, prefix = _scaled(count)
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f} {prefix}"  # noqa: PLR2004 - digits


def _scaled(count: int) -> tuple[float, str]:
    """Return a number in the largest unit of which there is one, and its name."""
    power = min((count.bit_length() - 1) // 10, len(_PREFIXES))
    value = count / _STEP**power
    if round(value) == _STEP and power < len(_PREFIXES):
        return 1.0, _PREFIXES[power]
    return value, _PREFIXES[power - 1]


def number(count: int) -> str:
    """Return a number with its thousands separated."""
    return f"{count:,}"


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
