"""The variables of the environment that a command asks."""

from collections.abc import Iterable, Iterator

from exporter.config import CONFIG_VARIABLE
from exporter.config.option import Option
from exporter.config.options import OPTIONS
from tests.tools.manual.commands import Command
from tests.tools.manual.roff import bold, entry, explained

_ALL = frozenset({"serve", "check-config"})
_NOT_CALLING = frozenset({"backup-database", "export", "replicas"})
"""They read the database themselves, whether a daemon has it or not."""

_ADMIN = "admin_token"
_CONFIG = "TOML file with options, as --config."
_ELSEWHERE = "duplistatus-serve(1) lists the variables of all options."


def environment(command: Command) -> list[str]:
    """Return what the page of a command says of them."""
    if command.words and "config" not in command.taken:
        return explained(_ELSEWHERE)
    if not command.words:
        return [*entry(bold(CONFIG_VARIABLE), _CONFIG), *explained(_ELSEWHERE)]
    if command.words[0] in _ALL:
        return [*entry(bold(CONFIG_VARIABLE), _CONFIG), *_entries(OPTIONS)]
    asked = [option for option in OPTIONS if _asks(command, option)]
    return [*entry(bold(CONFIG_VARIABLE), _CONFIG), *_entries(asked), *explained(_ELSEWHERE)]


def _asks(command: Command, option: Option) -> bool:
    """Say whether a command takes an option; it takes no flag for the token that it sends."""
    if option.name == _ADMIN:
        return "database" in command.taken and command.words[0] not in _NOT_CALLING
    return option.name in command.taken


def _entries(options: Iterable[Option]) -> Iterator[str]:
    for option in options:
        text = f"As {option.flag}." if option.flag else _sentence(option.help)
        yield from entry(bold(option.variable), text)
        if option.file_variable:
            yield from entry(bold(option.file_variable), f"File that holds {option.variable}.")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
