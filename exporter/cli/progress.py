"""Progress, shown on a terminal."""

import contextlib
import sys
from collections.abc import Callable, Iterator

Show = Callable[[str], None]

_CLEAR = "\r\x1b[K"
"""Back to the start of the line, and erase it (ECMA-48, erase in line)."""

_BAR = 20
"""Characters: there must be space for words beside it."""


@contextlib.contextmanager
def progress() -> Iterator[Show]:
    """Yield a function that shows a text in the place of the last one; it is erased in the end.

    Only a terminal shows it: it does not belong into a log.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield _show
    finally:
        _show("")


def bar(done: int, of: int) -> str:
    """Return a progress bar."""
    full = _BAR * done // max(of, 1)
    return f"[{'#' * full}{'.' * (_BAR - full)}]"


def _show(text: str) -> None:
    sys.stderr.write(f"{_CLEAR}{text}")
    sys.stderr.flush()
