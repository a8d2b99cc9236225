"""duplistatus reload: have a running daemon read its configuration anew."""

import argparse
import sys

from exporter.cli.arguments import Commands, add, configuration, take_database
from exporter.cli.connection import connected

_EXPLAINED = (
    "Uses the new configuration whole, or not at all: then it prints every fault. It is that of the"
    " daemon: its own flags and environment, and the file that they name. Where the admin token"
    " itself has changed, send the daemon SIGHUP instead."
)


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add(commands, "reload", "have the daemon read its configuration anew", run)
    parser.epilog = _EXPLAINED
    take_database(parser)


def run(chosen: argparse.Namespace) -> int:
    """Reload, and say that it is done."""
    with connected(configuration(chosen)) as client:
        client.send("POST", "/-/reload")
    sys.stdout.write("The configuration is reloaded.\n")
    return 0
