"""Waiting for what must come soon, never for a length of time."""

import time
from collections.abc import Callable
from typing import TypeVar

_PAUSE_SECONDS = 0.01

Found = TypeVar("Found")


def eventually(look: Callable[[], Found | None], what: str, seconds: float = 10.0) -> Found:
    """Look until something is found and return it; fail when it does not come in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            message = f"not within {seconds:g} s: {what}"
            raise AssertionError(message)
        time.sleep(_PAUSE_SECONDS)
