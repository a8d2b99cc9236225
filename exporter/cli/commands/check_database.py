"""duplistatus check-database."""

import argparse
import sys
from pathlib import Path

from exporter.cli.arguments import Commands, add, exit_with
from exporter.cli.stores import check_postgres
from exporter.config.database import parse_database
from exporter.logs import printable
from exporter.store import StoreError

_EXPLAINED = """\
Checks what the daemons need: tables, reports, what one connection sees of another's commits, locks,
conflicts, prepared statements. All of it is in a schema of its own, duplistatus_check_ and some
digits, which is removed at the end; the tables of daemons are not touched. The user needs the right
to create a schema (GRANT CREATE ON DATABASE).

A password belongs in PGPASSWORD or the file that PGPASSFILE names: other users of the machine can
read a command line."""

_EXIT_CODES = {
    0: "everything that is needed works",
    1: "something that is needed does not",
    2: "the database cannot be reached",
}


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "check whether a PostgreSQL, or a database with its protocol, can be used"
    parser = add(commands, "check-database", summary, run)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EXPLAINED
    exit_with(parser, _EXIT_CODES)
    text = "postgresql://USER@HOST/DATABASE"
    parser.add_argument("url", metavar="URL", type=parse_database, help=text)


def run(chosen: argparse.Namespace) -> int:
    """Print the outcome of each check in a line."""
    if isinstance(chosen.url, Path):
        raise StoreError(f"{chosen.url} is not a URL: write postgresql://USER@HOST/DATABASE")
    missing = False
    for checked in check_postgres(chosen.url):
        word = "ok" if checked.works else "not supported" if checked.essential else "note"
        sys.stdout.write(f"{word:<13}  {checked.what}: {printable(checked.detail)}\n")
        missing = missing or (checked.essential and not checked.works)
    return 1 if missing else 0
