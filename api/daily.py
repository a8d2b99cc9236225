"""What is logged once a day, however often it comes."""

import threading
from collections.abc import Callable

from exporter.times import DAY, Millis

_MAX_KNOWN = 100
"""Texts that are news in a day; a sender of more invents them."""


class DailyNews:
    """Knows which texts came within a day. Thread-safe."""

    def __init__(self, clock: Callable[[], Millis]) -> None:
        self._clock = clock
        self._known: dict[str, Millis] = {}
        self._lock = threading.Lock()

    def has(self, text: str) -> bool:
        """Return whether a text is news, which it is once a day."""
        present = self._clock()
        with self._lock:
            if present - self._known.get(text, present - DAY) < DAY:
                return False
            self._known = {each: at for each, at in self._known.items() if present - at < DAY}
            if len(self._known) >= _MAX_KNOWN:
                return False
            self._known[text] = present
            return True
