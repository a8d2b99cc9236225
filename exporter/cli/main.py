"""The command line: its parser, and the handling of the commands' errors."""

import sys
from collections.abc import Sequence

from api.server.listening import ListenError
from exporter.auth import AdminTokenError
from exporter.cli import daemon
from exporter.cli.api_client import ClientError
from exporter.cli.arguments import USAGE_ERROR, Parser, Run
from exporter.cli.commands import COMMANDS
from exporter.cli.output import forget_stdout
from exporter.config import ConfigError
from exporter.exports import ExportError
from exporter.ingest.duplistatus import UnreadableDatabaseError
from exporter.shipped import FilesError
from exporter.store import StoreError, StoreUnavailableError

INTERRUPTED = 130
CUT_OFF = 141
"""The exit codes of commands that SIGINT and SIGPIPE ended, as shells report them."""

_USER_ERRORS = (
    AdminTokenError,
    StoreError,
    StoreUnavailableError,
    ListenError,
    ClientError,
    UnreadableDatabaseError,
    ExportError,
    FilesError,
)
"""Errors that a person has to fix; each says how."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; docs/cli.md lists them."""
    try:
        return _flushed(arguments)
    except BrokenPipeError:
        forget_stdout()
        return CUT_OFF


def _flushed(arguments: Sequence[str] | None) -> int:
    """Run a command, and write all it prints before Python ends, where nothing could be caught."""
    try:
        return _run(arguments)
    finally:
        if sys.stdout is not None:  # a service may have none
            sys.stdout.flush()


def _run(arguments: Sequence[str] | None) -> int:
    chosen = make_parser().parse_args(arguments)
    run: Run = chosen.run
    try:
        return run(chosen)
    except ConfigError as error:
        _complain(*error.problems)
    except _USER_ERRORS as error:
        _complain(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    return USAGE_ERROR


def _complain(*problems: str) -> None:
    for problem in problems:
        sys.stderr.write(f"duplistatus: {' '.join(problem.split())}\n")


def make_parser() -> Parser:
    """Return the parser of the command line."""
    parser = Parser(
        prog="duplistatus",
        description="Receives Duplicati's backup reports and shows which backups are missing or"
        " failing, in JSON and for Prometheus.",
        allow_abbrev=False,
    )
    version = f"duplistatus {daemon.version()}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add_to in COMMANDS:
        add_to(commands)
    return parser
