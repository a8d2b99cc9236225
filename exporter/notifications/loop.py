"""Runs the notifier in a thread: it looks when something changed or is due, and starts again."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from exporter.model.notifications import Message
from exporter.notifications.notifier import Notifier, Parts
from exporter.notifications.storage_alarm import StorageAlarm
from exporter.notifications.trouble import Trouble
from exporter.store import OutboxChangedError, StoreUnavailableError
from exporter.times import MINUTE, Millis

LOOK_SECONDS = 10.0
"""How often it looks without a reason: for what is wrong with the daemon, and for who leads."""

_PAUSE_SECONDS = 1.0
"""Between two looks: a thousand reports a second are one look."""

_DEAD_SECONDS = 60.0
"""A loop that has not looked for so long does not run."""

_SET_BACK: Millis = MINUTE
"""A clock that is set back by more had been wrong."""


class NotifierLoop:
    """Decides what is told while this daemon leads. Only `run` and `look` need one caller."""

    def __init__(
        self,
        parts: Parts,
        clock: Callable[[], Millis],
        leads: Callable[[], bool],
        offer: Callable[[Iterable[Message]], None],
        alarm: StorageAlarm,
    ) -> None:
        """Prepare the loop.

        Args:
            parts: what the notifier works with.
            clock: returns the present time.
            leads: returns whether this daemon is the one that notifies.
            offer: gets the messages that wait to be delivered.
            alarm: tells that nothing can be stored.
        """
        self._parts = parts
        self._clock = clock
        self._leads = leads
        self._offer = offer
        self._alarm = alarm
        self._notifier: Notifier | None = None
        self._looked_at = time.monotonic()
        self._led = False
        self._last: Millis = 0
        self._trouble = Trouble("deciding about notifications failed", "notifications go on")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)

    def is_alive(self) -> bool:
        """Return whether the loop runs."""
        return time.monotonic() - self._looked_at < _DEAD_SECONDS

    def start(self) -> None:
        """Look once, so that no report comes before what is stored was seen, and go on."""
        self.look()
        self._thread.start()

    def close(self) -> None:
        """Stop after the look in progress."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._drop()
        self._alarm.close()

    def _run(self) -> None:
        while not self._stopping.wait(_PAUSE_SECONDS):
            with self._failing_safely():
                if self._has_reason():
                    self.look()

    def _has_reason(self) -> bool:
        notifier = self._notifier
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            return True
        if notifier is None:
            return False
        now = self._clock()
        due = notifier.next_at(now)
        return notifier.changed or (due is not None and due <= now)

    def look(self) -> None:
        """See what changed and what is due; whatever fails, the next look starts from the store."""
        with self._failing_safely():
            self._look()
            self._trouble.note(None)
        self._looked_at = time.monotonic()
        with self._failing_safely():
            self._alarm.look(self._storage_problem())

    @contextlib.contextmanager
    def _failing_safely(self) -> Iterator[None]:
        """Start again from what is stored after any error meanwhile."""
        try:
            yield
        except OutboxChangedError:
            self._drop()
        except StoreUnavailableError as error:
            self._drop()
            self._trouble.note(f"the database does not answer: {error}")
        except Exception as error:  # noqa: BLE001 - nothing is known of what a bug may raise
            self._drop()
            self._trouble.note(repr(error), error)

    def _look(self) -> None:
        if not self._leads():
            self._drop()
            self._led = self._led and self._parts.faults.storage() is not None
            return
        self._led = True
        now = self._clock()
        if now < self._last - _SET_BACK:
            self._drop()  # nothing of what it had planned is right
        self._last = now
        if self._notifier is None:
            self._notifier = Notifier(self._parts, now)
            self._offer(self._notifier.waiting)
        self._offer(self._notifier.step(now))

    def _drop(self) -> None:
        if self._notifier is not None:
            self._notifier.close()
            self._notifier = None

    def _storage_problem(self) -> str | None:
        """Return why nothing can be stored, where it was for this daemon to notify."""
        unable = self._notifier is None and self._led
        return self._parts.faults.storage() if unable else None
