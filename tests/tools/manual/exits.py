"""How a command ends."""

from collections.abc import Iterator

from tests.tools.manual.roff import bold, entry

CODES = {
    0: "It did what it was asked for.",
    1: "Something was left out, or was not confirmed; the command says what.",
    2: "It could not do what it was asked for, or was called wrongly.",
    130: "Ctrl-C ended it.",
}


def exit_status() -> Iterator[str]:
    """Yield what a page says of exit codes."""
    for code, text in CODES.items():
        yield from entry(bold(str(code)), text)
