"""What a shell completes after the name of the program, by shtab."""

import argparse

import shtab

from exporter.config.option import Option
from exporter.config.options import OPTIONS
from exporter.config.parsers import OneOf
from exporter.model.conditions import Condition
from tests.tools.manual.commands import Command, root

FILES = {"bash": "duplistatus.bash", "zsh": "_duplistatus", "fish": "duplistatus.fish"}
"""The name under which each shell looks for it."""

_PROGRAM = "duplistatus"
_FILE = frozenset({"FILE", "DATABASE", "PATH", "FROM", "TO"})
_FOLDER = frozenset({"FOLDER", "DIR"})
_NO_FILE = frozenset({"--route-prefix"})


def completions() -> dict[str, str]:
    """Return the completion of each shell by its file name."""
    command = root()
    _teach(command)
    return {
        name: shtab.complete(command.parser, shell, root_prefix=_PROGRAM).rstrip() + "\n"
        for shell, name in FILES.items()
    }


def _teach(command: Command) -> None:
    for action in (*command.positionals, *command.options):
        _teach_argument(action)
    for each in command.actions:
        _teach(each)


def _teach_argument(action: argparse.Action) -> None:
    """Say what completes an argument: its words, a file or a folder."""
    words = _words().get(next(iter(action.option_strings), ""))
    if words:
        action.choices = words
    elif action.metavar in _FOLDER:
        action.complete = shtab.DIRECTORY  # type: ignore[attr-defined] # what shtab asks for
    elif action.metavar in _FILE and not _NO_FILE.intersection(action.option_strings):
        action.complete = shtab.FILE  # type: ignore[attr-defined] # as above


def _words() -> dict[str, tuple[str, ...]]:
    """Return the words of each option that takes one of some."""
    found = {option.flag: _words_of(option) for option in OPTIONS if option.flag}
    return {**found, "--condition": tuple(each.value for each in Condition)}


def _words_of(option: Option) -> tuple[str, ...]:
    if isinstance(option.parse, OneOf):
        return option.parse.words
    return ("true", "false") if option.metavar == "BOOLEAN" else ()
