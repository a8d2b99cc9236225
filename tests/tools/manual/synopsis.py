"""How a command is typed, in a line."""

import argparse
from collections.abc import Iterator

from tests.tools.manual.commands import Command
from tests.tools.manual.roff import bold, italic

_SPELT_OUT = 10
"""With more options than that a reader sees nothing in the line."""


def synopsis(command: Command) -> list[str]:
    """Return the line, broken where it fits and indented below the name of the command."""
    rest = " ".join(_parts(command))
    return [".HP", f"{bold(command.name)} {rest}"]


def argument(action: argparse.Action) -> str:
    """Return an option with its names, or a positional argument."""
    if not action.option_strings:
        return italic(_metavar(action))
    names = ", ".join(bold(name) for name in action.option_strings)
    return names if action.nargs == 0 else f"{names} {italic(_metavar(action))}"


def _parts(command: Command) -> Iterator[str]:
    if len(command.options) > _SPELT_OUT:
        yield f"[{italic('OPTION')}]..."
    else:
        yield from _options(command)
    alternatives = _alternative(command)
    yield from (_positional(each) for each in command.positionals if each not in alternatives)
    if command.actions:
        yield f"{italic('ACTION' if command.words else 'COMMAND')} ..."


def _options(command: Command) -> Iterator[str]:
    alternatives = _alternative(command)
    told = (each for each in command.options if each.dest != "help" and each not in alternatives)
    yield from (f"[{_short(each)}]" for each in told)
    for required, actions in command.alternatives():
        left, right = "()" if required else "[]"
        yield f"{left}{' | '.join(_short(each) for each in actions)}{right}"


def _alternative(command: Command) -> list[argparse.Action]:
    return [action for _, actions in command.alternatives() for action in actions]


def _short(action: argparse.Action) -> str:
    if not action.option_strings:
        return argument(action)
    name = bold(action.option_strings[0])
    return name if action.nargs == 0 else f"{name}\\ {italic(_metavar(action))}"


def _positional(action: argparse.Action) -> str:
    text = argument(action)
    return {"?": f"[{text}]", "+": f"{text}...", "*": f"[{text}]..."}.get(str(action.nargs), text)


def _metavar(action: argparse.Action) -> str:
    return str(action.metavar or action.dest.upper())
