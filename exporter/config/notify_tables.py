"""The ``[[notify]]`` tables of the configuration file."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from exporter.config.addresses import UNKNOWN, URL_KEYS, read_channel_url
from exporter.config.names import credential_of, name_all, parse_name
from exporter.config.notifications import ALL, TROUBLE, Channel
from exporter.config.parsers import parse_poll_interval
from exporter.config.quiet_hours import parse_quiet_hours
from exporter.config.table import Table, read_tables, read_tags_of
from exporter.model.conditions import AnyCondition, Condition, DaemonCondition, ServerCondition
from exporter.times import DAY, Millis, parse_duration

NOTIFY = "notify"
KEYS = (
    "name",
    *URL_KEYS,
    "on",
    "servers",
    "backups",
    "tags",
    "hold",
    "repeat",
    "quiet",
    "recovered",
)
"""Of a ``[[notify]]`` table."""

TROUBLE_WORD = "trouble"
"""Stands for all conditions that are trouble, to which others can be added."""

_CONDITIONS: Mapping[str, frozenset[AnyCondition]] = {
    TROUBLE_WORD: TROUBLE,
    **{
        condition.value: frozenset({condition})
        for conditions in (Condition, ServerCondition, DaemonCondition)
        for condition in conditions
    },
}
_REPEAT: Millis | None = DAY
_SHOWN = 40


def read_channels(value: object, credentials: Path | None) -> tuple[tuple[Channel, ...], list[str]]:
    """Read the tables.

    Args:
        value: what the file has under ``notify``.
        credentials: the folder of systemd's credentials.

    Returns:
        The channels, and their problems, a line each.
    """
    found, problems = read_tables(NOTIFY, value, partial(_read_channel, credentials=credentials))
    channels, ambiguous = name_all(NOTIFY, found)
    return channels, problems + ambiguous


def written_conditions(on: frozenset[AnyCondition]) -> str:
    """Write conditions in the words of the tables, the worst of a kind first."""
    words, left = ([TROUBLE_WORD], on - TROUBLE) if on >= TROUBLE else ([], on)
    return ", ".join([*words, *(word for word, meant in _CONDITIONS.items() if meant <= left)])


def _read_channel(
    entry: Mapping[str, object], *, credentials: Path | None
) -> tuple[Channel | None, list[str]]:
    table = Table(entry, KEYS)
    name = table.parsed("name", parse_name, "")
    url = read_channel_url(table, credential_of(NOTIFY, name, credentials))
    channel = Channel(
        name=name,
        url=url or UNKNOWN,
        on=_read_conditions(table),
        servers=table.texts("servers", ALL),
        backups=table.texts("backups", ALL),
        tags=read_tags_of(table),
        hold=table.parsed("hold", _parse_hold, 0),
        repeat=table.parsed("repeat", parse_poll_interval, _REPEAT),
        quiet=table.parsed("quiet", parse_quiet_hours, None),
        recovered=table.boolean("recovered", default=True),
    )
    return channel if url else None, table.problems


def _read_conditions(table: Table) -> frozenset[AnyCondition]:
    words = table.texts("on", (TROUBLE_WORD,))
    table.problems += [
        f"on: {word[:_SHOWN]!r} is unknown; expected one of {', '.join(_CONDITIONS)}"
        for word in words
        if word not in _CONDITIONS
    ]
    return frozenset().union(*(_CONDITIONS.get(word, frozenset()) for word in words))


def _parse_hold(text: str) -> Millis:
    return 0 if text == "0" else parse_duration(text)
