"""How long runs and their log lines are kept, and a thread that removes what is older."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias, TypeVar

from msgspec import Struct

from exporter.logs import log_fields
from exporter.store import Store, StoreUnavailableError
from exporter.times import DAY, Millis

FIRST_AFTER_SECONDS = 60.0
"""Senders that could not send while the daemon was away come first."""

NOTIFICATIONS_KEPT: Millis = 30 * DAY
"""How long it can be looked up what people were told."""

AUDIT_KEPT: Millis = 366 * DAY
"""How long it can be looked up who changed what: a year."""

_EVERY_SECONDS = 3600.0
_MIN_PAUSE_SECONDS = 0.02
_PAUSE_FOR_EACH_STEP = 4.0
"""Times the duration of a step: reports need the writer more."""

_log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")
_Step: TypeAlias = Callable[[Millis, int], tuple[int, int | None]]


class RetentionPolicy(Struct, frozen=True):
    """How long data is kept; None is for ever."""

    runs: Millis | None = None
    messages: Millis | None = 90 * DAY


class Pruner:
    """Removes what is too old, step by step, until `stop` is called."""

    def __init__(
        self,
        store: Store,
        retention: RetentionPolicy,
        clock: Callable[[], Millis],
        is_trusted: Callable[[], bool],
    ) -> None:
        self._store = store
        self._retention = retention
        self._clock = clock
        self._is_trusted = is_trusted
        self._waits = False
        self._stopping = threading.Event()

    def run(self) -> None:
        """Prune a minute from now and every hour, until `stop` is called."""
        pause = FIRST_AFTER_SECONDS
        while not self._stopping.wait(pause):
            try:
                self.prune_once()
            except StoreUnavailableError as error:
                _log.warning("old runs could not be removed now: %s", error)
            pause = _EVERY_SECONDS

    def stop(self) -> None:
        """Make `run` return after its current step."""
        self._stopping.set()

    def prune_once(self) -> None:
        """Remove all that is too old by now, and reclaim the free space.

        While the clock is not trusted, nothing counts as too old.
        """
        runs = self._prune(self._store.prune_runs, self._retention.runs)
        messages = self._prune(self._store.prune_messages, self._retention.messages)
        if self._may_remove():
            self._store.outbox.prune(self._clock() - NOTIFICATIONS_KEPT)
            self._store.prune_audit(self._clock() - AUDIT_KEPT)
        while not self._stopping.is_set() and self._timed(self._store.reclaim_space):
            pass
        if runs or messages:
            _log.info("old runs removed", extra=log_fields(runs=runs, logs=messages))

    def _prune(self, step: _Step, keep: Millis | None) -> int:
        if keep is None:
            return 0
        before, after, total = self._clock() - keep, 0, 0
        while not self._stopping.is_set() and self._may_remove():
            removed, last = self._timed(partial(step, before, after))
            total += removed
            if last is None:
                break
            after = last
        return total

    def _may_remove(self) -> bool:
        if not self._store.leads():
            return False
        waits = not self._is_trusted()
        if waits and not self._waits:
            _log.info("old runs are kept until the clock has agreed with reports for a day")
        self._waits = waits
        return not waits

    def _timed(self, step: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of a step, after a pause of several times its duration."""
        started = time.monotonic()
        outcome = step()
        duration = time.monotonic() - started
        self._stopping.wait(max(_MIN_PAUSE_SECONDS, _PAUSE_FOR_EACH_STEP * duration))
        return outcome


@contextlib.contextmanager
def pruning(
    store: Store,
    retention: RetentionPolicy,
    clock: Callable[[], Millis],
    is_trusted: Callable[[], bool],
) -> Iterator[None]:
    """Run a pruner in a thread, which removes what is too old while the clock is trusted."""
    pruner = Pruner(store, retention, clock, is_trusted)
    thread = threading.Thread(target=pruner.run, name="pruner")
    thread.start()
    try:
        yield
    finally:
        pruner.stop()
        thread.join()
