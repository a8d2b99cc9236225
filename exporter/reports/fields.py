"""Tolerant access to the fields of a report.

Duplicati adds and drops fields with every release, and relays quote numbers or write odd bytes. So
a missing field counts as not reported, and one that cannot be read is left out and named.
"""

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from exporter.model import short_name
from exporter.reports.oddities import Oddities
from exporter.times import MAX_TIMESTAMP, MIN_TIMESTAMP, Millis, parse_timespan, parse_timestamp

MAX_NAME = 1024
"""Characters searched for a name; real ones have a few dozen."""

MAX_COUNTED = 300
"""Numbers kept of one report; Duplicati of 2026 sends about sixty."""

INTEGERS = range(-(2**63), 2**63)
"""What SQLite stores as an integer."""

_SMALL = 2**62
_UNKNOWN = -1
"""What Duplicati writes for a number that it does not know."""

_NOTHING = frozenset(("None", "null", ""))
"""What relays write for a missing value."""

_MISSING = _NOTHING | {str(_UNKNOWN)}

_FLAGS = {"true": True, "false": False, "1": True, "0": False}
_WHOLE = re.compile(r"\s*([-+]?[0-9]{1,40})(?:\.0{1,20})?\s*", re.ASCII)
_BARE_OFFSET = re.compile(r"(?<=[0-9]) (?=[0-9]{2}:?[0-9]{2}$)", re.ASCII)
"""A form that was not encoded turns the plus sign before an offset into a space."""


def mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a nested object, empty where it is missing."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


class Reader:
    """One object of a report: each value is read, or left out and named in `oddities`."""

    __slots__ = ("oddities", "path", "values")

    def __init__(
        self, values: Mapping[str, Any], oddities: Oddities | None = None, path: str = ""
    ) -> None:
        """Read from decoded `values`; `path` is the prefix of their names in `oddities`."""
        self.values = values
        self.oddities = Oddities() if oddities is None else oddities
        self.path = path

    def inner(self, key: str) -> "Reader":
        """Return a nested object, empty where it is missing."""
        value = self.values.get(key)
        if type(value) is dict:
            return Reader(value, self.oddities, f"{self.path}{key}.")
        if value is not None and self.has(key):
            self._leave_out(key, "is not an object")
        return Reader({}, self.oddities, self.path)

    def has(self, key: str) -> bool:
        """Return whether there is any value; Duplicati writes -1 for none."""
        value = self.values.get(key)
        if isinstance(value, str):
            return value.strip() not in _MISSING
        return value is not None and value != _UNKNOWN

    def text(self, key: str) -> str | None:
        """Return a text that is not blank, else None."""
        value = self.values.get(key)
        if type(value) is str:
            return None if value in _NOTHING or value.isspace() else value
        if value is not None:
            self._leave_out(key, "is not a text")
        return None

    def name(self, key: str) -> str | None:
        """Return a name or an identity, cut where it has more than 255 bytes, else None."""
        value = self.text(key)
        return None if value is None else short_name(value)

    def count(self, key: str) -> int | None:
        """Return a number that counts something, else None."""
        value = self.values.get(key)
        if type(value) is int and 0 <= value < _SMALL:
            return value
        return None if value is None else self._odd_count(key, value)

    def flag(self, key: str) -> bool | None:
        """Return a flag, else None."""
        value = self.values.get(key)
        if value is None or type(value) is bool:
            return value
        flag = _FLAGS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
        if flag is None and self.has(key):
            self._leave_out(key, "is neither true nor false")
        return flag

    def timestamp(self, key: str) -> Millis | None:
        """Return a timestamp, else None: .NET writes year 1 for a time that was never set."""
        value = self.values.get(key)
        if value is None:
            return None
        try:
            timestamp = parse_timestamp(value)
        except (TypeError, ValueError):
            timestamp = self._odd_timestamp(key)
        return timestamp if MIN_TIMESTAMP < timestamp <= MAX_TIMESTAMP else None

    def timespan(self, key: str) -> Millis | None:
        """Return a duration, else None."""
        value = self.text(key)
        if value is None:
            return None
        try:
            length = parse_timespan("".join(value.split()) if " " in value else value)
        except ValueError:
            self._leave_out(key, "is not a duration")
            return None
        return length if length >= 0 else None

    def counted(self, found: dict[str, int], prefix: str = "") -> None:
        """Add every number that counts something to those `found`, under its own name."""
        small = _SMALL
        for key, value in self.values.items():
            kind = type(value)
            if kind is int:
                # Nine numbers of ten are small ones: they need no further check.
                number = value if 0 <= value < small else self._odd_number(key, value)
            elif kind is float or (kind is str and value.isdecimal()):
                number = self._odd_number(key, value)
            else:
                continue
            if number is not None:
                found[prefix + key] = number

    def _odd_number(self, key: str, value: str | float) -> int | None:
        """Return the whole number in a field of any kind, if it is one."""
        if value == _UNKNOWN and key.endswith("QuotaSpace"):
            return _UNKNOWN
        if isinstance(value, float) and abs(value) < _SMALL and value % 1:
            return None
        return self._odd_count(key, value)

    def _odd_count(self, key: str, value: object) -> int | None:
        number = _whole(value)
        if number is None:
            if self.has(key):
                self._leave_out(key, "is not a whole number")
            return None
        if number not in INTEGERS:
            self._leave_out(key, "does not fit into 64 bits")
            return None
        if number < _UNKNOWN:
            self._leave_out(key, "is less than 0")
        return number if number >= 0 else None

    def _odd_timestamp(self, key: str) -> Millis:
        value = self.text(key)
        if value is None:
            return MIN_TIMESTAMP
        try:
            return parse_timestamp(_without_spaces(value))
        except ValueError:
            self._leave_out(key, "is not a time")
            return MIN_TIMESTAMP

    def _leave_out(self, key: str, problem: str) -> None:
        self.oddities.note(self.path + key, f"{problem}, left out")


def _whole(value: object) -> int | None:
    """Return a whole number, also one that is quoted or written with a decimal point."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _of_float(value)
    found = _WHOLE.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else int(found[1])


def _of_float(value: float) -> int | None:
    if value in (float("inf"), float("-inf")):
        return INTEGERS.stop
    return int(value) if value.is_integer() else None


def _without_spaces(value: str) -> str:
    """Return a time without the spaces that senders put into it."""
    parts = _BARE_OFFSET.sub("+", value.strip()).split()
    if len(parts) > 1 and "T" not in value:
        parts[0] += "T"
    return "".join(parts)


def bounded(found: dict[str, int]) -> dict[str, int]:
    """Return at most the numbers that are kept of one report."""
    if len(found) <= MAX_COUNTED and max(map(len, found), default=0) <= MAX_NAME:
        return found
    short = ((key, value) for key, value in found.items() if len(key) <= MAX_NAME)
    return dict(islice(short, MAX_COUNTED))
