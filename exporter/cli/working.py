"""Threads that begin and end with the work that they are for."""

import contextlib
from collections.abc import Iterator
from typing import Protocol


class Loop(Protocol):
    """What works in a thread of its own."""

    def start(self) -> None:
        """Begin."""
        ...

    def close(self) -> None:
        """End."""
        ...


@contextlib.contextmanager
def working(loop: Loop) -> Iterator[None]:
    """Let a loop work meanwhile."""
    loop.start()
    try:
        yield
    finally:
        loop.close()
