"""What an option is, and its names on the command line and in the environment."""

from collections.abc import Callable
from typing import Any, NamedTuple

ENVIRONMENT_PREFIX = "DUPLISTATUS_"

_FILE_SUFFIX = "_FILE"


class Option(NamedTuple):
    """One option: its key in the file, its default as text, its help text and parser.

    Aliases are flags of the same meaning, as other programs spell them.
    """

    name: str
    default: str
    metavar: str
    help: str
    parse: Callable[[str], Any]
    secret: bool = False
    may_hold_secret: bool = False
    aliases: tuple[str, ...] = ()
    needs_restart: bool = False

    @property
    def flag(self) -> str | None:
        """The option on the command line; a secret has none, since other users could read it."""
        return None if self.secret else "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The option's variable in the environment."""
        return ENVIRONMENT_PREFIX + self.name.upper()

    @property
    def file_variable(self) -> str | None:
        """The variable that names a file with the option's value, for what is or holds a secret."""
        return self.variable + _FILE_SUFFIX if self.secret or self.may_hold_secret else None
