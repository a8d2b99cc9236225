"""The ``[[expect]]`` tables of the configuration file: backups that are missed if none reports."""

from collections.abc import Mapping, Sequence

from exporter.config.table import Table, read_tables
from exporter.schedule.expressions import parse_schedule
from exporter.schedule.policy import ExpectedBackup

EXPECT = "expect"
KEYS = ("server", "backup", "schedule")
"""Of an ``[[expect]]`` table."""

MAX_TABLES = 1000
_MAX_NAME = 255
_NUL = "\0"


def read_expected(value: object) -> tuple[tuple[ExpectedBackup, ...], list[str]]:
    """Read the tables.

    Returns:
        The backups, and their problems, a line each.
    """
    found, problems = read_tables(EXPECT, value, _read, MAX_TABLES)
    return tuple(found), problems + _twice(found)


def _read(entry: Mapping[str, object]) -> tuple[ExpectedBackup | None, list[str]]:
    table = Table(entry, KEYS)
    names = {key: _named(table, key) for key in ("server", "backup")}
    plan = table.parsed("schedule", parse_schedule, None)
    return ExpectedBackup(**names, plan=plan), table.problems


def _named(table: Table, key: str) -> str:
    return table.parse(key, table.text(key, required=True), _parse_name, "")


def _parse_name(text: str) -> str:
    """Return a name as reports have it. Raises ValueError for one that no report can have."""
    if not text.strip() or _NUL in text:
        raise ValueError("must be a name as in the reports")
    if len(text.encode()) > _MAX_NAME:
        message = f"{text[:40]!r}… is too long: at most {_MAX_NAME} bytes"
        raise ValueError(message)
    return text


def _twice(found: Sequence[ExpectedBackup]) -> list[str]:
    first: dict[tuple[str, str], int] = {}
    problems = []
    for number, each in enumerate(found, 1):
        known = first.setdefault(each.key, number)
        if known != number and all(each.key):
            problems.append(f"{EXPECT} {number}: is the same backup as {EXPECT} {known}: keep one")
    return problems
