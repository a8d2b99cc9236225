"""The ``[[digest]]`` tables of the configuration file."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from exporter.config.addresses import UNKNOWN, URL_KEYS, read_channel_url
from exporter.config.names import credential_of, name_all, parse_name
from exporter.config.notifications import ALL, Digest
from exporter.config.table import Table, read_tables, read_tags_of
from exporter.schedule.expressions import Cron, parse_schedule

DIGEST = "digest"
KEYS = ("name", *URL_KEYS, "at", "servers", "backups", "tags")
"""Of a ``[[digest]]`` table."""

MONDAYS = Cron("0 8 * * 1")
"""When a digest is sent that does not say it."""


def parse_at(text: str) -> Cron:
    """Parse when digests are sent: by a calendar.

    Raises:
        ValueError: it is no cron expression; the text says how to write one.
    """
    plan = parse_schedule(text)
    if isinstance(plan, Cron):
        return plan
    message = f"{text[:40]!r} names no days and hours: write it as cron 0 8 * * 1 Europe/Berlin"
    raise ValueError(message)


def read_digests(value: object, credentials: Path | None) -> tuple[tuple[Digest, ...], list[str]]:
    """Read the tables.

    Args:
        value: what the file has under ``digest``.
        credentials: the folder of systemd's credentials.

    Returns:
        The digests, and their problems, a line each.
    """
    found, problems = read_tables(DIGEST, value, partial(_read_digest, credentials=credentials))
    digests, ambiguous = name_all(DIGEST, found)
    return digests, problems + ambiguous


def _read_digest(
    entry: Mapping[str, object], *, credentials: Path | None
) -> tuple[Digest | None, list[str]]:
    table = Table(entry, KEYS)
    name = table.parsed("name", parse_name, "")
    url = read_channel_url(table, credential_of(DIGEST, name, credentials))
    digest = Digest(
        name=name,
        url=url or UNKNOWN,
        at=table.parsed("at", parse_at, MONDAYS),
        servers=table.texts("servers", ALL),
        backups=table.texts("backups", ALL),
        tags=read_tags_of(table),
    )
    return digest if url else None, table.problems
