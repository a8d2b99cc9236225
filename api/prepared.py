"""Answers that are given again as long as all they were made of is the same.

No answer says when it ends: whoever asks for one brings the facts of this moment, and gets bytes
that were made of equal ones. So a kept answer is what would be made now, whatever changed since, a
report, a form, the clock, or the configuration, with which other apps begin with none.
"""

import threading
from collections.abc import Hashable

from api.responses import Answer

MOST_BYTES = 1024 * 1024
"""Of all bodies of one resource; there are a few resources."""

MOST_ANSWERS = 1000


class Prepared:
    """The last answers of a resource, each to what was asked, with the facts it was made of.

    Thread-safe. Where they would take too much memory, all are forgotten.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[object, Answer]] = {}
        self._lock = threading.Lock()
        self._bytes = 0

    def find(self, asked: Hashable, facts: object) -> Answer | None:
        """Return the answer that was made of the same facts."""
        known = self._known.get(asked)
        return known[1] if known is not None and known[0] == facts else None

    def keep(self, asked: Hashable, facts: object, body: bytes) -> Answer:
        """Return an answer that was made of facts, which were collected before."""
        answer = Answer.of(body)
        with self._lock:
            before = self._known.pop(asked, None)
            self._bytes += len(body) - (0 if before is None else len(before[1].body))
            if self._bytes > MOST_BYTES or len(self._known) >= MOST_ANSWERS:
                self._known, self._bytes = {}, len(body)
            if self._bytes <= MOST_BYTES:
                self._known[asked] = facts, answer
            else:
                self._bytes = 0
        return answer
