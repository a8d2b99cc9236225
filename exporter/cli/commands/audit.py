"""duplistatus audit: who changed what, and when."""

import argparse
import json
from collections.abc import Sequence
from itertools import islice

from exporter.cli.api_client import Json
from exporter.cli.arguments import Commands, add_client_command, add_json, configuration
from exporter.cli.connection import connected
from exporter.cli.display import find_server, shortened, show, table

_LISTED = 50
_HEADERS = ("AT", "WHO", "WHAT", "SERVER", "BACKUP", "CHANGED")


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_client_command(commands, "audit", "list who changed what, the newest first", run)
    text = "only changes of this server and its jobs, by id or name"
    parser.add_argument("--server", metavar="SERVER", help=text)
    parser.add_argument("--job", metavar="ID", type=int, help="only changes of this job")
    text = f"as many changes at most (default {_LISTED})"
    parser.add_argument("--limit", metavar="NUMBER", type=int, default=_LISTED, help=text)
    add_json(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the newest changes."""
    with connected(configuration(chosen)) as client:
        parameters = {} if chosen.job is None else {"job": str(chosen.job)}
        if chosen.server:
            parameters["server"] = str(find_server(client, chosen.server))
        entries = list(islice(client.entries("/api/audit", "audit", parameters), chosen.limit))
    show(chosen, entries, _table(entries))
    return 0


def _table(entries: Sequence[Json]) -> str:
    return table([_row(each) for each in entries], _HEADERS)


def _row(entry: Json) -> list[object]:
    own = [entry[key] for key in ("at", "who", "what", "server", "job")]
    return [shortened(each) for each in [*own, _changed(entry["details"])]]


def _changed(details: Json) -> str:
    """Return what was set as `schedule: null → "off"`, and all else as it is."""
    return ", ".join(f"{name}: {_value(value)}" for name, value in details.items())


def _value(value: object) -> str:
    if isinstance(value, dict) and value.keys() == {"old", "new"}:
        return f"{_value(value['old'])} → {_value(value['new'])}"
    return json.dumps(value, ensure_ascii=False)
