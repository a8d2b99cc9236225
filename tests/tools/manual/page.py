"""The page of a command, in man(7)."""

import argparse
from collections.abc import Iterable, Iterator

from tests.tools.manual.commands import Command, all_commands, root, told_of
from tests.tools.manual.environment import environment
from tests.tools.manual.exits import exit_status
from tests.tools.manual.roff import (
    bold,
    entry,
    escaped,
    example,
    explained,
    section,
    subsection,
)
from tests.tools.manual.synopsis import argument, synopsis
from tests.tools.manual.told import EXAMPLES, FILES

DOCUMENTATION = "https://github.com/duplistatus/exporter/tree/main/docs"

_AS_WRITTEN = (".nh", ".ad l")
"""Lines are neither hyphenated, which would change names, nor filled up with blanks."""

_WRITTEN = '.\\" Written by python -m tests.tools.manual from the parser of the commands.'


def pages() -> dict[str, str]:
    """Return every page by its file name."""
    return {f"{each.page}.1": _page(each) for each in (root(), *all_commands())}


def _page(command: Command) -> str:
    lines = [
        _WRITTEN,
        f'.TH "{escaped(command.page.upper())}" 1 "" "duplistatus exporter" "User Commands"',
        *_AS_WRITTEN,
        *section("NAME", [f"{escaped(command.page)} \\- {escaped(_summary(command))}"]),
        *section("SYNOPSIS", _synopses(command)),
        *section("DESCRIPTION", explained(_description(command))),
        *section("COMMANDS", _commands(command)),
        *section("OPTIONS", _arguments(command)),
        *section("ACTIONS", _actions(command)),
        *section("EXIT STATUS", exit_status(command)),
        *section("ENVIRONMENT", environment(command)),
        *section("FILES", _files(command)),
        *section("EXAMPLES", _examples(command)),
        *section("SEE ALSO", _see_also(command)),
    ]
    return "\n".join(lines) + "\n"


def _summary(command: Command) -> str:
    return command.summary if command.words else "receive and show the reports of Duplicati"


def _synopses(command: Command) -> Iterator[str]:
    for each in command.actions if command.words and command.actions else [command]:
        yield from synopsis(each)


def _description(command: Command) -> str:
    return "\n\n".join((*command.explained, *_said_by_all(command)))


def _said_by_all(command: Command) -> list[str]:
    """Return what the actions have in common, which is said once."""
    epilogs = {each.parser.epilog for each in command.actions if command.words}
    return [each for each in epilogs if each] if len(epilogs) == 1 else []


def _commands(command: Command) -> Iterator[str]:
    if not command.words:
        for each in command.actions:
            yield from entry(f"{bold(each.page)}(1)", f"{each.parser.description}")


def _arguments(command: Command) -> Iterator[str]:
    """Tell of the arguments of a command, and of the options that all its actions take."""
    yield from _told(command, [*command.positionals, *command.options])
    if command.words and command.actions:
        first = command.actions[0]
        common = [each for each in first.options if each.dest in command.shared]
        yield from _told(first, [each for each in common if each.dest != "help"])


def _actions(command: Command) -> Iterator[str]:
    said = _said_by_all(command)
    for each in command.actions if command.words else ():
        text = "\n\n".join(part for part in each.explained if part not in said)
        own = [option for option in each.options if option.dest not in command.shared]
        yield from subsection(each.name, [*explained(text), *_told(each, each.positionals + own)])


def _told(command: Command, actions: Iterable[argparse.Action]) -> Iterator[str]:
    for action in actions:
        yield from entry(argument(action), told_of(command, action))


def _files(command: Command) -> Iterator[str]:
    if not command.words or "database" in command.taken:
        for name, text in FILES:
            yield from entry(bold(name), text)


def _examples(command: Command) -> Iterator[str]:
    for purpose, line in EXAMPLES[command.page]:
        yield from explained(purpose)
        yield from example([line])


def _see_also(command: Command) -> list[str]:
    others = [each for each in (root(), *all_commands()) if each.page != command.page]
    named = others if not command.words else others[:1]
    return [*(f"{bold(each.page)}(1)," for each in named), escaped(DOCUMENTATION)]
