"""The commands as the parser knows them."""

import argparse
from collections.abc import Iterator
from typing import NamedTuple

from exporter.cli.arguments import Parser
from exporter.cli.main import make_parser


class Command(NamedTuple):
    """A command, or an action of one: its words and its parser."""

    words: tuple[str, ...]
    parser: Parser

    @property
    def name(self) -> str:
        """How it is typed."""
        return " ".join(("duplistatus", *self.words))

    @property
    def page(self) -> str:
        """The name of its page; actions are on that of their command."""
        return "-".join(("duplistatus", *self.words[:1]))

    @property
    def summary(self) -> str:
        """What it does, without a final dot and in lower case."""
        text = (self.parser.description or "").removesuffix(".")
        return text[:1].lower() + text[1:]

    @property
    def actions(self) -> list["Command"]:
        """The commands below it."""
        return [
            Command((*self.words, word), parser)
            for each in _arguments(self.parser)
            if isinstance(each, argparse._SubParsersAction)  # noqa: SLF001 - no other way to ask
            for word, parser in each.choices.items()
        ]

    @property
    def positionals(self) -> list[argparse.Action]:
        """What it takes without a flag."""
        found = (each for each in _arguments(self.parser) if not each.option_strings)
        return [each for each in found if each.nargs != argparse.PARSER]

    @property
    def options(self) -> list[argparse.Action]:
        """What it takes with a flag."""
        return [each for each in _arguments(self.parser) if each.option_strings]

    @property
    def taken(self) -> set[str]:
        """The destinations of its options and of those of its actions."""
        return {option.dest for each in (self, *self.actions) for option in each.options}

    @property
    def shared(self) -> list[str]:
        """The destinations of what all its actions take, however they are told of."""
        taken = [{each.dest for each in action.options} for action in self.actions]
        return sorted(set.intersection(*taken)) if taken else []

    @property
    def explained(self) -> list[str]:
        """What its help says besides its arguments, in paragraphs."""
        texts = (self.parser.description, self.parser.epilog)
        return [text for text in texts if text]

    def alternatives(self) -> Iterator[tuple[bool, list[argparse.Action]]]:
        """Yield the arguments of which only one may be given, and whether one must be."""
        for group in self.parser._mutually_exclusive_groups:  # noqa: SLF001 - no other way to ask
            yield group.required, group._group_actions  # noqa: SLF001 - as above


def root() -> Command:
    """Return the program itself."""
    return Command((), make_parser())


def all_commands() -> list[Command]:
    """Return the commands with a page each, in the order of the help."""
    return root().actions


def told_of(command: Command, action: argparse.Action) -> str:
    """Return the help of an argument."""
    return (action.help or "") % {**vars(action), "prog": command.name}


def _arguments(parser: Parser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001 - no other way to ask
