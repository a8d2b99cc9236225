"""The commands' parser, and the arguments that several commands share."""

import argparse
import os
import shutil
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, TypeAlias

from exporter import config
from exporter.config import CONFIG_VARIABLE, Config
from exporter.config.option import Option
from exporter.config.options import OPTIONS

USAGE_ERROR = 2
"""The exit code of a command that cannot do what it was asked for."""

_PRECEDENCE = (
    "Each option may also come from the environment or from a TOML file; flags win over the"
    " environment, the environment over the file."
)
_ANYWHERE = (
    "Works whether the daemon runs or not: a running daemon is called through its API and applies"
    " the change at once."
)
_NOT_CONFIRMED = {0: "it is done", 1: "it was not confirmed: nothing is changed"}
_SKIPPED = {0: "everything is recorded", 1: "something was skipped, see the summary"}
_FAILED = {2: "the command failed"}
_MARGIN = 2
_IMPORTING = """\
Works whether the daemon runs or not: a running daemon is called through its
API and applies the change at once.
"""


class Parser(argparse.ArgumentParser):
    """Prints an error in one line that refers to --help, instead of the whole usage."""

    usage_error = USAGE_ERROR
    """The exit code where it was called wrongly."""

    exit_codes: Mapping[int, str] = {}
    """What the exit codes of a command mean, if it has more than 0 and 2."""

    def format_help(self) -> str:
        """Return the help, with the exit codes at the end."""
        told = [f"{code} {text}" for code, text in self.exit_codes.items()]
        width = shutil.get_terminal_size().columns - _MARGIN
        codes = textwrap.fill(f"Exit codes: {'; '.join(told)}.", width)
        return f"{super().format_help()}\n{codes}\n" if told else super().format_help()

    def error(self, message: str) -> NoReturn:
        """Exit with a message."""
        self.exit(self.usage_error, f"{self.prog}: {message}; see {self.prog} --help\n")

    # typeshed overloads it by the kind of the namespace
    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse, and let the command that does not know an argument say so, with its own code."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown


class _WithAliases(argparse.Action):
    """Stores the value of an option; the last one counts, as for every option.

    Other programs take the alias several times, and each time counts: here a second is refused.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        """Store the value, or refuse one."""
        is_alias = option_string != self.option_strings[0]
        if is_alias and getattr(namespace, self.dest) is not None:
            parser.error(f"{option_string}: only one is possible, and {self.dest} is already given")
        setattr(namespace, self.dest, values)


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 - typeshed's only name for it
Run = Callable[[argparse.Namespace], int]


def add(commands: Commands, name: str, summary: str, run: Run) -> Parser:
    """Add a command that accepts a configuration file."""
    parser = _described(commands, name, summary)
    config_help = f"TOML file with options [{CONFIG_VARIABLE}]"
    parser.add_argument("--config", metavar="FILE", help=config_help)
    parser.set_defaults(run=run)
    return parser


def add_group(commands: Commands, name: str, summary: str) -> Commands:
    """Add a command that only groups others."""
    group = _described(commands, name, summary)
    return group.add_subparsers(metavar="ACTION", required=True)


def _described(commands: Commands, name: str, summary: str) -> Parser:
    description = f"{summary[0].upper()}{summary[1:]}."
    return commands.add_parser(name, help=summary, description=description, allow_abbrev=False)


def add_configured(commands: Commands, name: str, summary: str, run: Run) -> None:
    """Add a command that accepts every option."""
    parser = add(commands, name, summary, run)
    parser.epilog = _PRECEDENCE
    take(parser, *OPTIONS)


def add_client_command(commands: Commands, name: str, summary: str, run: Run) -> Parser:
    """Add a command that calls the daemon of a database."""
    parser = add(commands, name, summary, run)
    parser.epilog = _ANYWHERE
    take_database(parser)
    return parser


def take_database(parser: Parser) -> None:
    """Let a command accept the option of an existing database."""
    (option,) = (option for option in OPTIONS if option.name == "database")
    take(parser, option._replace(help="SQLite database file, or postgresql://HOST/NAME"))


def take(parser: Parser, *options: Option) -> None:
    """Let a command accept options of the configuration, but no secrets."""
    for option in options:
        if option.flag is not None:
            default = f" (default {option.default})" if option.default else ""
            text = f"{option.help}{default} [{option.variable}]"
            names = (option.flag, *option.aliases)
            action = "store" if len(names) == 1 else _WithAliases
            parser.add_argument(*names, action=action, metavar=option.metavar, help=text)


def configuration(chosen: argparse.Namespace) -> Config:
    """Return the configuration of a command."""
    return config.load(vars(chosen), os.environ)


def add_subject(parser: Parser, name: str, text: str) -> None:
    """Let a command accept the server or job that it is about."""
    parser.add_argument(name, metavar=name.upper(), help=text)


def add_tag_filter(parser: Parser) -> None:
    """Add the tags that jobs must have to be shown."""
    text = "only backups that have this tag, or whose server has it; several must all be there"
    parser.add_argument("--tag", metavar="TAG", action="append", default=[], help=text)


def add_tags(parser: Parser) -> None:
    """Add the tags that a server or a job is to have."""
    text = 'words to group by, as nas,prod: they replace those of before; "" removes all'
    parser.add_argument("--tags", metavar="TAGS", type=_tags, help=text)


def _tags(text: str) -> list[str]:
    return [tag for tag in map(str.strip, text.split(",")) if tag]


def add_span(parser: Parser) -> None:
    """Let a command accept for how long something is to hold."""
    parser.add_argument("span", metavar="DURATION", help="for how long: 12h, 3d or 2w")


def add_json(parser: Parser) -> None:
    """Let a command print JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_yes_flag(parser: Parser) -> None:
    """Let a command do without confirmation what cannot be undone."""
    exit_with(parser, _NOT_CONFIRMED)
    parser.add_argument("--yes", action="store_true", help="skip the confirmation")


def add_dry_run(parser: Parser) -> None:
    """Let a command only print what it would do."""
    text = "print what would be done, without recording or setting anything"
    parser.add_argument("--dry-run", action="store_true", help=text)


def exit_with(parser: Parser, codes: Mapping[int, str]) -> None:
    """Tell what the exit codes of a command mean; 2 is a failure unless it says more."""
    parser.exit_codes = dict(sorted({**_FAILED, **codes}.items()))


def teach(parser: Parser, text: str) -> None:
    """Add an explanation below the arguments of a command that imports."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = text + _IMPORTING
    exit_with(parser, _SKIPPED)
