"""How far something is, for a person who waits."""

import contextlib
import sys
from collections.abc import Callable, Iterator

Tell = Callable[[str], None]

_CLEAR = "\r\x1b[K"
"""Back to the line's begin, and empty it (ECMA-48, erase in line)."""

_BAR = 20
"""Characters: there is to be room for words beside it."""


@contextlib.contextmanager
def progress() -> Iterator[Tell]:
    """Yield what shows a text in the place of the last one; it is gone in the end.

    Only a terminal shows it: a log is no place for it.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield _show
    finally:
        _show("")


def bar(done: int, of: int) -> str:
    """Draw how much of something is done."""
    full = _BAR * done // max(of, 1)
    return f"[{'#' * full}{'.' * (_BAR - full)}]"


def _show(text: str) -> None:
    sys.stderr.write(f"{_CLEAR}{text}")
    sys.stderr.flush()
