"""duplistatus replicas."""

import argparse
import sys
from pathlib import Path

from exporter.cli.arguments import Commands, add, add_json, configuration, take_database
from exporter.cli.display import show, table
from exporter.cli.stores import list_replicas
from exporter.model import run_json
from exporter.store import Replica
from exporter.times import SECOND

_COLUMNS = ("ID", "URL", "VERSION", "HEARD", "LEADS")
_EXPLAINED = (
    "Lists what was seen in the last minute. The one that leads removes old runs, records runs"
    " that failed without a report, and pulls. An entry without a URL is a command that runs now."
)


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add(commands, "replicas", "list the daemons that share a PostgreSQL", run)
    parser.epilog = _EXPLAINED
    take_database(parser)
    add_json(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the daemons that share the database."""
    database = configuration(chosen).database
    if isinstance(database, Path):
        if chosen.json:
            show(chosen, [], "")
        else:
            sys.stdout.write(f"{database} is a SQLite file: only one daemon can use it\n")
        return 0
    replicas = list_replicas(database)
    rows = [_row(replica) for replica in replicas]
    show(chosen, [_json(replica) for replica in replicas], table(rows, _COLUMNS))
    return 0


def _row(replica: Replica) -> list[object]:
    ago = f"{replica.ago // SECOND} s ago"
    return [replica.id, replica.url, replica.version, ago, "yes" if replica.leads else ""]


def _json(replica: Replica) -> dict[str, object]:
    return {
        "id": replica.id,
        "url": replica.url or None,
        "version": replica.version,
        "heard": run_json.timestamp(replica.heard),
        "leads": replica.leads,
    }
