"""What is configured about telling people, of the options and of the tables together."""

from collections.abc import Mapping
from typing import Any

from exporter.config.digest_tables import DIGEST
from exporter.config.file import Tables
from exporter.config.names import DEFAULT
from exporter.config.notification_options import NOTIFICATION_OPTIONS
from exporter.config.notifications import Channel, Digest, Heartbeat, Notifications
from exporter.config.notify_tables import NOTIFY

NAMES = tuple(option.name for option in NOTIFICATION_OPTIONS)
"""The options that `assemble` takes the values of."""


def ambiguous(values: Mapping[str, Any], tables: Tables) -> list[str]:
    """Return what is wrong where an option and a table make something of the same name."""
    named = (
        (NOTIFY, "notify_url", [channel.name for channel in tables.channels]),
        (DIGEST, "digest_url", [digest.name for digest in tables.digests]),
    )
    return [
        f"{kind}: {option} makes what is called {DEFAULT}: give the table another name"
        for kind, option, names in named
        if values.get(option) is not None and DEFAULT in names
    ]


def assemble(values: Mapping[str, Any], tables: Tables) -> Notifications:
    """Return all that the options and the tables say.

    Args:
        values: of all options in `NAMES`.
        tables: those of the file.
    """
    channel, digest = values["notify_url"], values["digest_url"]
    channels = () if channel is None else (Channel(DEFAULT, channel),)
    digests = () if digest is None else (Digest(DEFAULT, digest, values["digest_at"]),)
    return Notifications(
        channels=(*channels, *tables.channels),
        digests=(*digests, *tables.digests),
        heartbeat=Heartbeat(values["heartbeat_url"], values["heartbeat_every"], tables.checks),
        public_url=values["public_url"],
        templates=values["templates"],
    )
