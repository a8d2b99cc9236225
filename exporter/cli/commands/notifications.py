"""duplistatus notifications."""

import argparse
from collections.abc import Sequence
from itertools import islice

from exporter.cli.api_client import Json
from exporter.cli.arguments import Commands, add_client_command, add_json, configuration
from exporter.cli.connection import connected
from exporter.cli.display import shortened, show, table

_MOST_ENDED = 50

_COLUMNS = {
    "ID": "id",
    "CHANNEL": "channel",
    "STATE": "state",
    "CREATED": "created",
    "TITLE": "title",
    "ATTEMPTS": "attempts",
    "NEXT ATTEMPT": "nextAttempt",
    "LAST ERROR": "lastError",
}


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "list what people were told, and what waits"
    parser = add_client_command(commands, "notifications", summary, run)
    add_json(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the messages that wait, the oldest first, and then the newest others."""
    with connected(configuration(chosen)) as client:
        stored = list(client.entries("/api/notifications", "notifications", {}))
    waiting = [each for each in reversed(stored) if each["state"] == "waiting"]
    ended = (each for each in stored if each["state"] != "waiting")
    listed = [*waiting, *islice(ended, _MOST_ENDED)]
    show(chosen, listed, _table(listed))
    return 0


def _table(messages: Sequence[Json]) -> str:
    rows = [[shortened(message[key]) for key in _COLUMNS.values()] for message in messages]
    return table(rows, tuple(_COLUMNS))
