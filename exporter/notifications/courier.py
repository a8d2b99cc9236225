"""Delivers the messages of a channel, the oldest first, one at a time, in a thread of its own."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from exporter.config.notifications import SecretUrl
from exporter.logs import log_fields
from exporter.model.notifications import Message, MessageKind, MessageOutcome
from exporter.notifications import pauses
from exporter.store import StoreUnavailableError
from exporter.store.parts import Outbox
from exporter.times import MINUTE, SECOND, Millis

Send: TypeAlias = Callable[[SecretUrl, Message], str | None]
"""Makes one attempt; returns why it failed, without secrets, None if it was accepted."""

SENT, FAILED, GIVEN_UP = "sent", "failed", "given_up"
"""What an attempt comes to; the one with which a message is given up has failed too."""

_CLAIM = MINUTE
"""How long no other daemon tries: longer than an attempt takes, and those it waits for."""

_LOOK_SECONDS = 10.0
"""How often it is asked which daemon delivers, and whether the store answers again."""

GOODBYE_SECONDS = 5.0
"""How long an attempt in flight may delay the end of the daemon."""

_KILLED_SECONDS = 1.0
"""What is killed ends at once."""

_log = logging.getLogger(__name__)


class Shared(NamedTuple):
    """What all couriers of a daemon share.

    Of several daemons that share a store the one that `leads` delivers. `on_outcome` is told the
    channel, and `SENT`, `FAILED` or `GIVEN_UP`.
    """

    outbox: Outbox
    clock: Callable[[], Millis]
    leads: Callable[[], bool]
    on_outcome: Callable[[str, str], None]


class Courier:
    """Delivers what waits for one channel. Thread-safe.

    While the oldest message fails the later ones wait, so that they come in their order.
    """

    def __init__(
        self,
        channel: str,
        url: SecretUrl,
        sends: Mapping[MessageKind, Send],
        shared: Shared,
        abort: Callable[[], None],
    ) -> None:
        """Deliver each kind of message its own way; `abort` ends the attempt in flight."""
        self._channel = channel
        self._url = url
        self._sends = sends
        self._shared = shared
        self._abort = abort
        self._lock = threading.Lock()
        self._waiting: dict[int, Message] = {}
        self._unsaved: Message | None = None
        self._failing = False
        self._aborted = False
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"courier {channel}", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def offer(self, messages: Iterable[Message]) -> None:
        """Deliver stored messages of the channel; those that it knows already are left as is."""
        with self._lock:
            for message in messages:
                self._waiting.setdefault(message.id, message)
        self._woken.set()

    def waiting(self) -> int:
        """Return how many messages this daemon has to deliver."""
        return len(self._waiting)

    def oldest(self) -> Millis | None:
        """Return when the oldest message was created that this daemon has to deliver."""
        first = self._first()
        return first.created if first is not None and self._shared.leads() else None

    def stop(self) -> None:
        """Begin no other attempt."""
        self._stopping.set()
        self._woken.set()

    def close(self, patience: float = GOODBYE_SECONDS) -> None:
        """Stop; an attempt in flight has so many seconds to end, then it is killed."""
        close_all([self], patience)

    def abort(self) -> None:
        """Kill an attempt in flight."""
        if self._thread.is_alive():
            self._aborted = True
            self._abort()

    def join(self, until: float) -> None:
        """Wait for its end until a time of the monotonic clock."""
        self._thread.join(max(until - time.monotonic(), 0.0))

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._step()
            except StoreUnavailableError:
                self._wait(_LOOK_SECONDS)
            except Exception:  # noqa: BLE001 - the other messages must still be delivered
                _log.exception("delivery failed", extra=log_fields(channel=self._channel))
                self._wait(_LOOK_SECONDS)

    def _step(self) -> None:
        """Make one attempt, or wait for what has to be before it."""
        self._save()
        first = self._first()
        if first is None:
            self._wait(None)
        elif not self._shared.leads():
            self._wait(_LOOK_SECONDS)
        elif left := pauses.time_until(first, self._shared.clock()):
            self._wait(min(left / SECOND, _LOOK_SECONDS))
        else:
            self._deliver(first)

    def _wait(self, seconds: float | None) -> None:
        self._woken.wait(seconds)
        self._woken.clear()

    def _first(self) -> Message | None:
        with self._lock:
            return self._waiting[min(self._waiting)] if self._waiting else None

    def _deliver(self, message: Message) -> None:
        claimed = self._shared.outbox.claim(message, self._shared.clock() + _CLAIM)
        if claimed is None:
            self._look_again(message)
            return
        error = self._send(claimed)
        if self._aborted:
            return  # nobody knows what became of it: it is tried again after the next start
        now = self._shared.clock()
        ended = pauses.sent(claimed, now) if error is None else pauses.failed(claimed, error, now)
        self._note(ended, error)
        self._save()

    def _send(self, message: Message) -> str | None:
        try:
            return self._sends[message.kind](self._url, message)
        except Exception as error:  # noqa: BLE001 - an attempt that failed, like any other
            return f"internal error: {type(error).__name__}"  # its text may have secrets

    def _look_again(self, message: Message) -> None:
        """Ask the store about a message that another daemon began to send, or that ended."""
        stored = {each.id: each for each in self._shared.outbox.waiting()}
        with self._lock:
            if message.id in stored:
                self._waiting[message.id] = stored[message.id]
            else:
                del self._waiting[message.id]
        if message.id in stored:
            self._wait(_LOOK_SECONDS)

    def _note(self, message: Message, error: str | None) -> None:
        """Remember what an attempt came to until it is stored, and tell of it."""
        self._unsaved = message
        with self._lock:
            self._waiting[message.id] = message
        self._shared.on_outcome(self._channel, SENT if error is None else FAILED)
        self._log_change(message, error)
        if message.outcome is MessageOutcome.GIVEN_UP:
            self._shared.on_outcome(self._channel, GIVEN_UP)

    def _log_change(self, message: Message, error: str | None) -> None:
        """Log the first of several failures, what is given up, and that the channel recovered."""
        fields = log_fields(channel=self._channel, reason=error)
        if message.outcome is MessageOutcome.GIVEN_UP:
            _log.warning("notification given up", extra=fields)
        elif error is not None and not self._failing:
            _log.warning("notification failed", extra=fields)
        elif error is None and self._failing:
            _log.info("notifications recovered", extra=fields)
        self._failing = error is not None

    def _save(self) -> None:
        """Store what the last attempt came to; until that is done no other begins."""
        message, outbox = self._unsaved, self._shared.outbox
        if message is None:
            return
        if message.outcome is not MessageOutcome.SENT:
            outbox.failed(message.id, message.error or "", message.next_attempt)
        if message.outcome is not None:
            outbox.finish(message.id, message.outcome, message.ended or 0)
            with self._lock:
                del self._waiting[message.id]
        self._unsaved = None


def close_all(couriers: Sequence[Courier], patience: float = GOODBYE_SECONDS) -> None:
    """Stop couriers; all attempts in flight together have so many seconds to end."""
    deadline = time.monotonic() + patience
    for courier in couriers:
        courier.stop()
    for courier in couriers:
        courier.join(deadline)
    for courier in couriers:
        courier.abort()
    killed = time.monotonic() + _KILLED_SECONDS
    for courier in couriers:
        courier.join(killed)
