"""What the commands about servers and jobs share: find a server, confirm, print a table."""

import argparse
import json
import sys
from collections.abc import Sequence

from tabulate import tabulate

from exporter.cli.api_client import Client, ClientError, Json
from exporter.logs import printable

_MAX_LENGTH = 80


def find_server(client: Client, text: str) -> int:
    """Return a server's id, found by its id, or by its unique name, alias or machine-id."""
    servers = list(client.entries("/api/servers", "servers", {}))
    by_id = [server["id"] for server in servers if str(server["id"]) == text]
    named = [
        server["id"]
        for server in servers
        if text in (server["name"], server["alias"], server["machineId"])
    ]
    found: list[int] = by_id or named
    if len(found) != 1:
        reason = "no server is called" if not found else "several servers are called"
        message = f"{reason} {text}: give an id, see duplistatus servers"
        raise ClientError(message)
    return found[0]


def conditions(job: Json) -> list[str]:
    """Return the conditions of a job as people read them, a mute with its end."""
    known = {"muted": f"muted until {job['mutedUntil']}"}
    return [known.get(each, each.replace("_", " ")) for each in job["conditions"]]


def confirmed(chosen: argparse.Namespace, what: str) -> bool:
    """Ask for confirmation of what cannot be undone."""
    if chosen.yes:
        return True
    if not sys.stdin.isatty():
        message = f"this would {what}: give --yes to skip the confirmation"
        raise ClientError(message)
    return agreed(f"Really {what}? This cannot be undone.")


def agreed(question: str) -> bool:
    """Ask somebody at a terminal; only a plain yes is one."""
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def show(chosen: argparse.Namespace, data: object, text: str) -> None:
    """Print JSON if requested, else a text."""
    printed = json.dumps(data, indent=2, ensure_ascii=False) if chosen.json else text
    sys.stdout.write(f"{printed}\n")


def shortened(value: object) -> object:
    """Return a text cut to the width of a cell, anything else as it is."""
    if isinstance(value, str) and len(value) > _MAX_LENGTH:
        return f"{value[: _MAX_LENGTH - 1]}…"
    return value


def table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> str:
    """Return a table; names come from reports, so control characters are escaped."""
    cells = [[printable(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    return tabulate(cells, headers=headers, tablefmt="plain", disable_numparse=True)
