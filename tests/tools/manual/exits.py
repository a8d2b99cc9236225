"""How a command ends."""

from collections.abc import Iterator

from tests.tools.manual.commands import Command
from tests.tools.manual.roff import bold, entry

CODES = {
    0: "It did what it was asked for.",
    1: "Something was left out, or was not confirmed; the command says what.",
    2: "It could not do what it was asked for, or was called wrongly; a line on stderr says why.",
    3: "duplistatus check alone: it is not known how the backups are.",
    130: "Ctrl-C ended it.",
    141: "Its output was not read to the end, as by head(1).",
}


def exit_status(command: Command) -> Iterator[str]:
    """Yield what the page of a command says of its exit codes."""
    for code, text in _codes(command).items():
        yield from entry(bold(str(code)), f"{text[0].upper()}{text[1:]}")


def _codes(command: Command) -> dict[int, str]:
    """Return what the codes mean; 1 and 3 only where a command or one of its actions ends so."""
    if not command.words:
        return CODES
    own = {code: f"{text}." for code, text in command.parser.exit_codes.items()}
    partly = [each.parser.exit_codes[1] for each in command.actions if each.parser.exit_codes]
    if partly:
        own[1] = f"{'; or: '.join(dict.fromkeys(partly))}."
    told = (code for code in CODES if code not in (1, 3) or code in own)
    return {code: own.get(code, CODES[code]) for code in told}
