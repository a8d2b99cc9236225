"""Hands outcomes from the thread that commits to the threads that wait, one after the other.

Threads that are woken together contend for the interpreter's lock, and each of those that wait for
it is woken every few milliseconds only to wait again. So the writer wakes one, and each the next.
"""

import threading
from collections.abc import Iterable
from typing import Any

_deciding = threading.Lock()
"""Held while it is decided whether an outcome comes first or its caller gives up."""


class Outcome:
    """What one caller waits for: a result or an error.

    `known` says whether there is one, `has_come` that it was handed over, and `is_wanted` that its
    caller has not given up.
    """

    __slots__ = ("_error", "_next", "_result", "_woken", "has_come", "is_wanted", "known")

    def __init__(self) -> None:
        self.known, self.has_come, self.is_wanted = False, False, True
        self._result: Any = None
        self._error: BaseException | None = None
        self._next: Outcome | None = None
        self._woken = threading.Lock()
        self._woken.acquire()

    def succeed(self, result: object) -> None:
        """Set the result, to be handed over."""
        self._result, self.known = result, True

    def fail(self, error: BaseException) -> None:
        """Set an error, to be handed over and raised there."""
        self._error, self.known = error, True

    def wait(self, seconds: float) -> Any:  # noqa: ANN401 - whatever the result is
        """Return the result, and wake who waits next.

        Raises:
            TimeoutError: it did not come within so many seconds; then it is not wanted any more.
        """
        try:
            self._sleep(seconds)
        finally:
            with _deciding:
                self.is_wanted = self.has_come
            wake(self._next)
        if not self.is_wanted:
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._result

    def _sleep(self, seconds: float) -> None:
        self._woken.acquire(timeout=seconds)

    def come(self, following: "Outcome | None") -> None:
        """Note that it is handed over, and who is to be woken after its caller."""
        self._next, self.has_come = following, True

    def wake(self) -> None:
        """Wake its caller."""
        self._woken.release()


def hand_over(outcomes: Iterable[Outcome]) -> None:
    """Hand over outcomes that are known, in their order, to those callers who still wait."""
    following = None
    with _deciding:
        for outcome in reversed([each for each in outcomes if each.is_wanted]):
            outcome.come(following)
            following = outcome
    wake(following)


def wake(outcome: Outcome | None) -> None:
    """Wake the caller of an outcome, if there is one."""
    if outcome is not None:
        outcome.wake()
