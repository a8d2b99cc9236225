"""The ``[heartbeat]`` table of the configuration file, and its ``[[heartbeat.job]]`` tables."""

from collections.abc import Mapping
from typing import NamedTuple

from exporter.config.addresses import UNKNOWN, URL_KEYS, parse_web_url, read_url
from exporter.config.notifications import JobCheck
from exporter.config.table import Table, read_tables

HEARTBEAT = "heartbeat"
KEYS = (*URL_KEYS, "every", "job")
"""Of the ``[heartbeat]`` table."""

JOB_KEYS = ("server", "backup", *URL_KEYS)
"""Of a ``[[heartbeat.job]]`` table."""


class HeartbeatTable(NamedTuple):
    """What the table says: checks of jobs, and values of options by their names and keys."""

    checks: tuple[JobCheck, ...] = ()
    options: Mapping[str, tuple[str, str]] = {}


def read_heartbeat(value: object) -> tuple[HeartbeatTable, list[str]]:
    """Read the table.

    Its `url` and `every` are the options `heartbeat_url` and `heartbeat_every`, which the
    environment may set too.

    Returns:
        What it says, and its problems, a line each.
    """
    if not isinstance(value, dict):
        return HeartbeatTable(), ["heartbeat must be a table, started by a line [heartbeat]"]
    table = Table(value, KEYS)
    url = read_url(table) if any(key in value for key in URL_KEYS) else ""
    given = {
        "heartbeat_url": (url, "url" if "url" in value else "url_file"),
        "heartbeat_every": (table.text("every"), "every"),
    }
    options = {name: (text, key) for name, (text, key) in given.items() if text}
    checks, wrong = read_tables(f"{HEARTBEAT}.job", value.get("job", []), _read_check)
    problems = [f"{HEARTBEAT}: {problem}" for problem in table.problems]
    return HeartbeatTable(tuple(checks), options), problems + wrong


def _read_check(entry: Mapping[str, object]) -> tuple[JobCheck | None, list[str]]:
    table = Table(entry, JOB_KEYS)
    url = table.parse("url", read_url(table), parse_web_url, None)
    check = JobCheck(
        server=table.text("server", required=True),
        backup=table.text("backup", required=True),
        url=url or UNKNOWN,
    )
    return check if url else None, table.problems
