"""duplistatus backup-database."""

import argparse
import sys
from pathlib import Path

from exporter.cli.arguments import Commands, add, configuration, take_database
from exporter.store import StoreError
from exporter.store.sqlite import backup_database

_EXPLAINED = (
    "Works whether the daemon runs or not. The copy is a consistent snapshot, and its integrity is"
    " checked. To restore it: stop the daemon, remove the database with its -wal and -shm files,"
    " copy FILE to its place, start the daemon."
)


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add(commands, "backup-database", "copy the database to a file", run)
    parser.epilog = _EXPLAINED
    take_database(parser)
    help_text = "the copy; an existing file is replaced once the new one is complete"
    parser.add_argument("file", metavar="FILE", type=Path, help=help_text)


def run(chosen: argparse.Namespace) -> int:
    """Copy the database, whether a daemon uses it or not."""
    settings = configuration(chosen)
    if not isinstance(settings.database, Path):
        message = "a PostgreSQL is backed up by pg_dump, or into a file by copy-database"
        raise StoreError(message)
    size = backup_database(settings.database, chosen.file)
    sys.stdout.write(f"{settings.database} is backed up to {chosen.file}, {size} bytes\n")
    return 0
