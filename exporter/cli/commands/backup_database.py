"""duplistatus backup-database."""

import argparse
import sys
from pathlib import Path

from exporter.cli.arguments import Commands, add, configuration, take_database
from exporter.cli.commands.copy_database import copy_to
from exporter.config.database import PostgresUrl
from exporter.store import StoreError
from exporter.store.sqlite import backup_database, replacing

_EXPLAINED = (
    "Works whether the daemon runs or not. The copy is a consistent snapshot, and its integrity is"
    " checked. To restore it: stop the daemon, remove the database with its -wal and -shm files,"
    " copy FILE to its place, start the daemon. A PostgreSQL is copied to a SQLite file too, which"
    " duplistatus copy-database brings back into an empty one; for a large one use pg_dump."
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
    database, copy = configuration(chosen).database, chosen.file
    size = (
        backup_database(database, copy)
        if isinstance(database, Path)
        else _backup_postgres(database, copy)
    )
    sys.stdout.write(f"{database} is backed up to {copy}, {size} bytes\n")
    return 0


def _backup_postgres(database: PostgresUrl, copy: Path) -> int:
    try:
        with replacing(copy) as made:
            copy_to(database, made)
        return copy.stat().st_size
    except OSError as error:
        raise StoreError(f"{database} cannot be copied to {copy} ({error})") from error
