"""Questions whose answers are known: the thread that receives them answers, and wakes no other.

To wake a thread and to wait for its answer costs more than all else of such a question. But while
that thread answers it receives nothing, so it never evaluates, waits or asks the disk: whoever
answered a question before says whether it would be answered at once now.
"""

from collections.abc import Callable

import falcon

AT_ONCE = "duplistatus.at_once"
"""The key of a request's environment with what `note` calls."""

RECEIVING = "duplistatus.receiving"
"""The key of the environment of a request that is answered by the thread that received it."""

MOST_QUESTIONS = 1000
_MOST_LENGTH = 200

Still = Callable[[], bool]
"""Returns whether a question would be answered at once. Itself it takes no time."""


class AtOnce:
    """The questions that were answered with bytes that are kept. Thread-safe."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Still] = {}

    def note(self, path: str, query: str, still: Still) -> None:
        """Remember a question. If there are too many, all others are forgotten."""
        if len(path) + len(query) > _MOST_LENGTH:
            return
        if len(self._known) >= MOST_QUESTIONS:
            self._known = {}
        self._known[path, query] = still

    def has(self, path: str, query: str) -> bool:
        """Return whether a question is answered at once now."""
        still = self._known.get((path, query))
        return still is not None and still()


def note(req: falcon.Request, still: Still) -> None:
    """Remember that a question was answered with bytes that are kept, where that is of use."""
    remember: Callable[[Still], None] | None = req.env.get(AT_ONCE)
    if remember is not None:
        remember(still)
