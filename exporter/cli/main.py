"""The command line: which commands there are, and what becomes of their faults."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TypeAlias

from api.serve import ListenError
from exporter.cli import backing_up, checking, demo, managing, serve
from exporter.cli.client import ClientError
from exporter.config import CONFIG_VARIABLE, ConfigError
from exporter.options import OPTIONS, Option
from exporter.store import StoreError, StoreUnavailableError

USAGE_ERROR = 2
"""The exit code of a command that was asked for something impossible."""

_PRECEDENCE = (
    "Each option may also come from the environment or from a TOML file; flags win over the"
    " environment, the environment over the file."
)
_ANYWHERE = (
    "Works while the daemon runs and while it does not: a running one is asked through its API"
    " and knows at once."
)
_BACKUP = (
    "Works while the daemon runs and while it does not. The copy is of one moment, and was read"
    " again to see that it is whole. To restore it: stop the daemon, remove the database with its"
    " -wal and -shm files, copy FILE to its place, start the daemon."
)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the usage is a --help away."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f"{self.prog}: {message}; see {self.prog} --help\n")


_Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"  # noqa: SLF001 - typeshed's only name for it
_Run = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 2 when it was asked for something impossible."""
    chosen = _parser().parse_args(arguments)
    run: _Run = chosen.run
    try:
        return run(chosen)
    except ConfigError as error:
        _complain(*error.problems)
    except (StoreError, StoreUnavailableError, ListenError, ClientError) as error:
        _complain(str(error))
    return USAGE_ERROR


def _complain(*problems: str) -> None:
    for problem in problems:
        sys.stderr.write(f"duplistatus: {' '.join(problem.split())}\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog="duplistatus",
        description="Receives Duplicati's backup reports and says which backups are missing or"
        " failing, in JSON and for Prometheus.",
        allow_abbrev=False,
    )
    version = f"duplistatus {serve.version()}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_daemon(commands)
    _add_listings(commands)
    _add_server(commands)
    _add_job(commands)
    return parser


def _add_daemon(commands: _Commands) -> None:
    _add_configured(commands, "serve", "run the daemon", serve.run)
    check = "check the configuration and show it, with the jobs that each override matches"
    _add_configured(commands, "check-config", check, checking.run)
    _add_backup(commands)
    _add_demo(commands)


def _add_backup(commands: _Commands) -> None:
    summary = "copy the database to a file"
    parser = _add(commands, "backup-database", summary, backing_up.run)
    parser.epilog = _BACKUP
    _take_database(parser)
    help_text = "the copy; one that is there is replaced once the new one is whole"
    parser.add_argument("file", metavar="FILE", type=Path, help=help_text)


def _add_demo(commands: _Commands) -> None:
    parser = _add(commands, "demo", "run a daemon with a made-up fleet to look at", demo.run)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = demo.EPILOG
    _take(parser, *(option for option in OPTIONS if option.name != "database"))


def _add_listings(commands: _Commands) -> None:
    parser = _add_asking(commands, "servers", "list the servers", managing.list_servers)
    _add_json(parser)
    parser = _add_asking(commands, "jobs", "list the backup jobs", managing.list_jobs)
    parser.add_argument("--overdue", action="store_true", help="only those that are overdue")
    parser.add_argument("--failing", action="store_true", help="only those whose last run failed")
    parser.add_argument("--server", metavar="SERVER", help="only those of a server, by id or name")
    _add_json(parser)


def _add_server(commands: _Commands) -> None:
    group = commands.add_parser("server", help="name, merge or delete a server")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    parser = _add_asking(actions, "set", "name a server or note something", managing.set_server)
    _add_subject(parser, "server", "id or name of the server")
    parser.add_argument("--alias", metavar="TEXT", help='a name for people; "" clears it')
    parser.add_argument("--note", metavar="TEXT", help='anything; "" clears it')
    _add_json(parser)
    parser = _add_asking(actions, "merge", "make servers part of another", managing.merge_servers)
    _add_subject(parser, "server", "id or name of the server that stays")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="servers that go into it")
    _add_confirmed(parser)
    parser = _add_asking(actions, "delete", "delete a server with its runs", managing.delete_server)
    _add_subject(parser, "server", "id or name of the server")
    _add_confirmed(parser)


def _add_job(commands: _Commands) -> None:
    group = commands.add_parser("job", help="set when a job is due, or delete it")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    parser = _add_asking(actions, "set", "set when a job is due", managing.set_job)
    _add_subject(parser, "job", "id of the job; see duplistatus jobs")
    parser.add_argument(
        "--schedule",
        metavar="TEXT",
        help='auto, off, "every 12h" or "cron 0 3 * * 1-5 Europe/Berlin";'
        ' "" leaves it to the configuration',
    )
    parser.add_argument(
        "--tolerance",
        dest="job_tolerance",  # apart from the configuration's option of this name
        metavar="TIME",
        help='how late it may be: 30m, 2h; "" leaves it to the configuration',
    )
    paused = parser.add_mutually_exclusive_group()
    paused.add_argument(
        "--pause", action="store_true", default=None, dest="paused", help="never overdue"
    )
    paused.add_argument("--resume", action="store_false", dest="paused", help="overdue again")
    _add_json(parser)
    parser = _add_asking(actions, "delete", "delete a job with its runs", managing.delete_job)
    _add_subject(parser, "job", "id of the job; see duplistatus jobs")
    _add_confirmed(parser)


def _add(commands: _Commands, name: str, summary: str, run: _Run) -> _Parser:
    description = f"{summary[0].upper()}{summary[1:]}."
    parser = commands.add_parser(name, help=summary, description=description, allow_abbrev=False)
    config_help = f"a TOML file of options [{CONFIG_VARIABLE}]"
    parser.add_argument("--config", metavar="FILE", help=config_help)
    parser.set_defaults(run=run)
    return parser


def _add_configured(commands: _Commands, name: str, summary: str, run: _Run) -> None:
    """Add a command that takes the whole configuration."""
    parser = _add(commands, name, summary, run)
    parser.epilog = _PRECEDENCE
    _take(parser, *OPTIONS)


def _add_asking(commands: _Commands, name: str, summary: str, run: _Run) -> _Parser:
    """Add a command that asks the daemon of a database."""
    parser = _add(commands, name, summary, run)
    parser.epilog = _ANYWHERE
    _take_database(parser)
    return parser


def _take_database(parser: _Parser) -> None:
    _take(parser, *(option for option in OPTIONS if option.name == "database"))


def _take(parser: _Parser, *options: Option) -> None:
    for option in options:
        if option.flag is not None:
            default = f" (default {option.default})" if option.default else ""
            text = f"{option.help}{default} [{option.variable}]"
            parser.add_argument(option.flag, metavar=option.metavar, help=text)


def _add_subject(parser: _Parser, name: str, text: str) -> None:
    parser.add_argument(name, metavar=name.upper(), help=text)


def _add_json(parser: _Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def _add_confirmed(parser: _Parser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")
