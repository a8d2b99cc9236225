"""The command that brings along what Duplicati's own servers remember."""

import argparse

from exporter.cli.arguments import Commands, Parser, add_asking
from exporter.cli.commands import pull

_EXPLAINED = """\
Reads the runs that a server of Duplicati (2.1 or later) remembers, and when it plans the next
ones, through the API of its user interface. A run counts once, whether it was posted or collected,
and however often: collect again whenever you like.

  duplistatus collect https://nas:8200                  asks for the password
  duplistatus collect https://nas:8200 --dry-run        says what would be recorded
  duplistatus collect                                   from the [[collect]] tables of the file

Duplicati makes its own certificate unless it is given one. The first try then shows its SHA-256
fingerprint; compare it with the server's, and give it with --fingerprint.

Duplicati forgets runs after 30 days unless its option log-retention says otherwise.

The exit code is 0 when all went well, 1 when something could not be collected; what could is kept.
Works while the daemon runs and while it does not: a running one is asked through its API and knows
at once."""


def add_to(commands: Commands) -> None:
    """Add the group."""
    summary = "bring along the runs that servers of Duplicati remember"
    parser = add_asking(commands, "collect", summary, pull.run)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EXPLAINED
    parser.add_argument(
        "url",
        nargs="?",
        metavar="URL",
        help="address of a server, as https://nas:8200; else those of the configuration",
    )
    _add_access(parser)
    parser.add_argument("--name", metavar="NAME", help="what to call the server in messages")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be recorded, and record nothing"
    )


def _add_access(parser: Parser) -> None:
    """Add how a server lets one in, and how it is known."""
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        help="whose first line is its password, - for the standard input; else it is asked for",
    )
    parser.add_argument(
        "--fingerprint", metavar="SHA256", help="believe the certificate with this fingerprint only"
    )
    parser.add_argument(
        "--ca-file", metavar="FILE", help="believe the certificates in this file, in PEM"
    )
    parser.add_argument(
        "--insecure", action="store_true", help="believe any certificate: others may read along"
    )
