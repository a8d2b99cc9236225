"""What is asked seldom, because each answer costs a look at the disk."""

import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

Answer = TypeVar("Answer")


class _Known(NamedTuple, Generic[Answer]):
    """An answer, and until when it counts, in the seconds of a monotonic clock."""

    answer: Answer
    until: float


class Seldom(Generic[Answer]):
    """Gives the last answer again for a while. Thread-safe as far as who is asked is.

    Callers at the same time may all ask, so that none of them waits for another one. An error is
    raised and not kept.
    """

    def __init__(
        self,
        ask: Callable[[], Answer],
        seconds: float,
        counting: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin without an answer, and keep each for so many seconds from its question on."""
        self._ask = ask
        self._seconds = seconds
        self._counting = counting
        self._known: _Known[Answer] | None = None

    def is_fresh(self) -> bool:
        """Return whether the last answer still counts."""
        known = self._known
        return known is not None and self._counting() < known.until

    def last(self) -> Answer:
        """Return the last answer, however old it is; ask only where there was none yet."""
        known = self._known
        return self() if known is None else known.answer

    def __call__(self) -> Answer:
        """Return the last answer while it counts, else a new one."""
        known, present = self._known, self._counting()
        if known is None or present >= known.until:
            self._known = known = _Known(self._ask(), present + self._seconds)
        return known.answer
