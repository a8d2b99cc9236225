"""Reads tables of the configuration file value by value, and collects all that is wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from exporter.model.tags import read_tags

_MAX_TABLES = 50
_MAX_TEXTS = 100
_MAX_TEXT_LENGTH = 2000
_SHOWN = 40

_Value = TypeVar("_Value")


class Table:
    """A table of the file; `problems` has a line for each fault that was found in it."""

    def __init__(self, entry: Mapping[str, object], keys: Sequence[str]) -> None:
        self.entry = entry
        self.problems = [
            f"{key[:_SHOWN]} is unknown; expected one of {', '.join(keys)}"
            for key in entry
            if key not in keys
        ]

    def text(self, key: str, *, required: bool = False) -> str:
        """Return a text; it is empty where it is missing or wrong."""
        value = self.entry.get(key)
        if _is_text(value):
            return str(value)
        if value is not None:
            self.problems.append(f"{key} must be a string of 1 to {_MAX_TEXT_LENGTH} characters")
        elif required:
            self.problems.append(f"{key} is missing")
        return ""

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of texts; a text alone is a list of one."""
        value = self.entry.get(key, default)
        several = value if isinstance(value, list | tuple) else [value]
        if 0 < len(several) <= _MAX_TEXTS and all(map(_is_text, several)):
            return tuple(several)
        self.problems.append(f"{key} must be a string, or a list of 1 to {_MAX_TEXTS} strings")
        return default

    def boolean(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.entry.get(key, default)
        if isinstance(value, bool):
            return value
        self.problems.append(f"{key} must be true or false")
        return default

    def parsed(self, key: str, parse: Callable[[str], _Value], default: _Value) -> _Value:
        """Return what a parser makes of a text, the default where it is missing or wrong."""
        return self.parse(key, self.text(key), parse, default)

    def parse(self, key: str, text: str, parse: Callable[[str], _Value], default: _Value) -> _Value:
        """Return what a parser makes of a text that belongs to a key."""
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            self.problems.append(f"{key}: {error}")
            return default


def read_tables(
    kind: str,
    value: object,
    read: Callable[[Mapping[str, object]], tuple[_Value | None, list[str]]],
    most: int = _MAX_TABLES,
) -> tuple[list[_Value], list[str]]:
    """Read all tables of a kind.

    Args:
        kind: the name of the tables, such as ``notify``.
        value: what the file has under this name.
        read: returns what a table says, None if it cannot be used, and its problems.
        most: how many tables there may be.

    Returns:
        What the tables say, and their problems, a line each with the table's number.
    """
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return [], [f"{kind} must be tables, each started by a line [[{kind}]]"]
    if len(value) > most:
        return [], [f"{kind}: {len(value)} tables are too many: at most {most}"]
    found: list[_Value] = []
    problems: list[str] = []
    for number, entry in enumerate(value, 1):
        made, wrong = read(entry)
        found += [] if made is None else [made]
        problems += [f"{kind} {number}: {problem}" for problem in wrong]
    return found, problems


def read_tags_of(table: Table) -> tuple[str, ...]:
    """Return the tags that the jobs of a table must have."""
    try:
        return read_tags(table.texts("tags", ()) if "tags" in table.entry else ())
    except ValueError as error:
        table.problems.append(f"tags: {error}")
        return ()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MAX_TEXT_LENGTH
