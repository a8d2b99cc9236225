"""The commands about the daemon itself."""

import argparse
from pathlib import Path

from exporter.cli import daemon
from exporter.cli.arguments import Commands, add, add_configured, take, take_database
from exporter.cli.commands import backup_database, check_config, demo
from exporter.config.options import OPTIONS

_BACKUP = (
    "Works while the daemon runs and while it does not. The copy is of one moment, and was read"
    " again to see that it is whole. To restore it: stop the daemon, remove the database with its"
    " -wal and -shm files, copy FILE to its place, start the daemon."
)


def add_to(commands: Commands) -> None:
    """Add the group."""
    add_configured(commands, "serve", "run the daemon", daemon.run)
    check = "check the configuration and show it, with the jobs that each override matches"
    add_configured(commands, "check-config", check, check_config.run)
    _add_backup(commands)
    _add_demo(commands)


def _add_backup(commands: Commands) -> None:
    parser = add(commands, "backup-database", "copy the database to a file", backup_database.run)
    parser.epilog = _BACKUP
    take_database(parser)
    help_text = "the copy; one that is there is replaced once the new one is whole"
    parser.add_argument("file", metavar="FILE", type=Path, help=help_text)


def _add_demo(commands: Commands) -> None:
    parser = add(commands, "demo", "run a daemon with a made-up fleet to look at", demo.run)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = demo.EPILOG
    take(parser, *(option for option in OPTIONS if option.name != "database"))
