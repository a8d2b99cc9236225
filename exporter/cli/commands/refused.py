"""duplistatus refused: list what was refused, and clear what is dealt with."""

import argparse
from collections.abc import Sequence

from exporter.cli.api_client import ClientError, Json
from exporter.cli.arguments import (
    Commands,
    add_client_command,
    add_group,
    add_json,
    add_yes_flag,
    configuration,
)
from exporter.cli.connection import connected
from exporter.cli.display import confirmed, shortened, show, table

_COLUMNS = {
    "ID": "id",
    "RECEIVED": "received",
    "SENDER": "sender",
    "REASON": "reason",
    "BYTES": "size",
    "COUNTS": "counts",
}


def add_to(commands: Commands) -> None:
    """Add the group."""
    actions = add_group(commands, "refused", "list or clear what was refused")
    summary = "list what was refused, the newest first"
    add_json(add_client_command(actions, "list", summary, list_refused))
    parser = add_client_command(actions, "clear", "remove what was refused", clear_refused)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", metavar="ID", help="id, as duplistatus refused list shows")
    which.add_argument("--all", action="store_true", help="all of it")
    add_yes_flag(parser)


def list_refused(chosen: argparse.Namespace) -> int:
    """Print what was refused."""
    with connected(configuration(chosen)) as client:
        refused = list(client.entries("/api/rejected", "rejected", {}))
    show(chosen, refused, _table(refused))
    return 0


def clear_refused(chosen: argparse.Namespace) -> int:
    """Remove one that was refused, or all."""
    path = "/api/rejected" if chosen.all else f"/api/rejected/{_id(chosen.id)}"
    with connected(configuration(chosen)) as client:
        which = "all that was refused" if chosen.all else f"the refused report {chosen.id}"
        if not confirmed(chosen, f"remove {which}"):
            return 1
        client.send("DELETE", path)
    return 0


def _id(text: str) -> str:
    if not text.isascii() or not text.isdigit():
        message = f"{text} is not an id: see duplistatus refused list"
        raise ClientError(message)
    return text


def _table(refused: Sequence[Json]) -> str:
    rows = [[shortened(each[key]) for key in _COLUMNS.values()] for each in refused]
    return table(rows, tuple(_COLUMNS))
