"""Careful access to the fields of a report.

Duplicati adds and drops fields with every release, so one that is missing or of another type
counts as not reported. Only what could not be stored, or would not fit a name, is an error.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from exporter.model import Log, Message
from exporter.reports.errors import Problem, ReportError
from exporter.times import EARLIEST, LATEST, Millis, parse_moment, parse_timespan

MAX_NAME = 1024
"""Characters in a name or an identity; real ones have a few dozen."""

MAX_COUNTED = 300
"""Numbers kept of one report; Duplicati of 2026 sends about sixty."""

MAX_LINES = 1000
MAX_LINE_BYTES = 8192

_SMALL = 2**62

INTEGERS = range(-(2**63), 2**63)
"""What SQLite stores as an integer."""


def mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a nested object, empty where there is none."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def text(data: Mapping[str, Any], key: str) -> str | None:
    """Return a text that is not blank, else None."""
    value = data.get(key)
    return value if isinstance(value, str) and value.strip() else None


def name(data: Mapping[str, Any], key: str) -> str | None:
    """Return a name or an identity, else None.

    Raises:
        ReportError: it is longer than any name: cut, it could be mistaken for another.
    """
    value = text(data, key)
    if value is not None and len(value) > MAX_NAME:
        raise ReportError(Problem(key, f"longer than {MAX_NAME} characters"))
    return value


def integer(data: Mapping[str, Any], key: str) -> int | None:
    """Return a whole number, else None.

    Raises:
        ReportError: the number does not fit into 64 bits.
    """
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if int(value) not in INTEGERS:
        raise ReportError(Problem(key, "does not fit into 64 bits"))
    return int(value) if value == int(value) else None


def count(data: Mapping[str, Any], key: str) -> int | None:
    """Return a number that counts something; Duplicati writes -1 for unknown."""
    value = data.get(key)
    if type(value) is not int or value > _SMALL:
        value = integer(data, key)
    return value if value is not None and value >= 0 else None


def moment(data: Mapping[str, Any], key: str) -> Millis | None:
    """Return a moment, else None: .NET writes year 1 for a time that was never set."""
    try:
        value = parse_moment(text(data, key) or "")
    except ValueError:
        return None
    return value if EARLIEST < value <= LATEST else None


def timespan(data: Mapping[str, Any], key: str) -> Millis | None:
    """Return a length of time, else None."""
    try:
        value = parse_timespan(text(data, key) or "")
    except ValueError:
        return None
    return value if value >= 0 else None


def counted(data: Mapping[str, Any], prefix: str = "") -> dict[str, int]:
    """Return every whole number of an object under its own name."""
    found: dict[str, int] = {}
    for key, value in data.items():
        # Nine values of ten are texts or small integers: they need no closer look.
        if type(value) is int and -_SMALL < value < _SMALL:
            number: int | None = value
        else:
            number = integer(data, key) if isinstance(value, (int, float)) else None
        if number is not None and len(key) <= MAX_NAME and len(found) < MAX_COUNTED:
            found[prefix + key] = number
    return found


def log(messages: Iterable[Message]) -> Log:
    """Keep the first lines of a log, each up to a bound, and say how much was left out."""
    lines = iter(messages)
    kept = list(islice(lines, MAX_LINES))
    shortened = 0
    for at, message in enumerate(kept):
        if (len(message.text) + len(message.level)) * 4 > MAX_LINE_BYTES:
            kept[at] = Message(_shorten(message.level), _shorten(message.text))
            shortened += kept[at].text is not message.text
    return Log(tuple(kept), sum(1 for _ in lines), shortened)


def _shorten(line: str) -> str:
    if len(line) * 4 <= MAX_LINE_BYTES:
        return line
    raw = line.encode()
    if len(raw) <= MAX_LINE_BYTES:
        return line
    return raw[:MAX_LINE_BYTES].decode(errors="ignore")
