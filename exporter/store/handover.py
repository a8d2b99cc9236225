"""Hands outcomes from the thread that commits to those who wait for them.

Threads that are woken together contend for the interpreter's lock, and each of those that wait for
it is woken every few milliseconds only to wait again. So the writer wakes one, and each the next.
Where nobody waits in a thread of its own, the writer tells each.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from exporter.store.errors import StoreUnavailableError

_log = logging.getLogger(__name__)

_deciding = threading.Lock()
"""Held while it is decided whether an outcome comes first or its caller gives up."""


class Outcome:
    """What comes of a piece of work: a result or an error.

    `known` says whether there is one, `has_come` that it was handed over, and `is_wanted` that its
    caller has not given up.
    """

    __slots__ = ("_error", "_result", "has_come", "is_wanted", "known")

    def __init__(self) -> None:
        self.known, self.has_come, self.is_wanted = False, False, True
        self._result: Any = None
        self._error: BaseException | None = None

    def succeed(self, result: object) -> None:
        """Set the result, to be handed over."""
        self._result, self.known = result, True

    def fail(self, error: BaseException) -> None:
        """Set an error, to be handed over and raised there."""
        self._error, self.known = error, True

    def result(self) -> Any:  # noqa: ANN401 - whatever the result is
        """Return the result, or raise the error."""
        if self._error is not None:
            raise self._error
        return self._result


class Awaited(Outcome):
    """An outcome for which a thread waits."""

    __slots__ = ("_next", "_woken")

    def __init__(self) -> None:
        super().__init__()
        self._next: Awaited | None = None
        self._woken = threading.Lock()
        self._woken.acquire()

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
        return self.result()

    def _sleep(self, seconds: float) -> None:
        self._woken.acquire(timeout=seconds)

    def precede(self, following: "Awaited | None") -> None:
        """Note who is to be woken after its caller."""
        self._next = following

    def wake(self) -> None:
        """Wake its caller."""
        self._woken.release()


class Told(Outcome):
    """An outcome that is told once it has come, or once it comes too late."""

    __slots__ = ("_tell", "until")

    def __init__(self, until: float, tell: "Callable[[Told], None]") -> None:
        """Wait `until` then, by `time.monotonic`. To `tell` takes no time: the writer does it."""
        super().__init__()
        self.until = until
        self._tell = tell

    def tell(self) -> None:
        """Tell that it has come. An error of who is told keeps nothing from the others."""
        try:
            self._tell(self)
        except Exception:  # noqa: BLE001 - the writer goes on, whoever is told
            _log.exception("what became of a report could not be told")

    def expire(self, present: float) -> None:
        """Give it up if it came too late."""
        if present < self.until:
            return
        with _deciding:
            if self.has_come or not self.is_wanted:
                return
            self.is_wanted = False
        self.fail(StoreUnavailableError("the database did not answer in time"))
        self.tell()


def hand_over(outcomes: Iterable[Outcome]) -> None:
    """Hand over outcomes that are known, in their order, to those who still wait."""
    with _deciding:
        wanted = [each for each in outcomes if each.is_wanted]
        for each in wanted:
            each.has_come = True
        first = _chain([each for each in wanted if isinstance(each, Awaited)])
    wake(first)
    for each in wanted:
        if isinstance(each, Told):
            each.tell()


def _chain(outcomes: list[Awaited]) -> Awaited | None:
    """Let each be followed by the next; return the first."""
    following = None
    for outcome in reversed(outcomes):
        outcome.precede(following)
        following = outcome
    return following


def wake(outcome: Awaited | None) -> None:
    """Wake the caller of an outcome, if there is one."""
    if outcome is not None:
        outcome.wake()
