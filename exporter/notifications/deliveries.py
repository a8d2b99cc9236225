"""What was told to the channels and what waits, for those who look."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from exporter.model.notifications import Message
from exporter.store import Outbox
from exporter.times import HOUR, Millis

LATE: Millis = HOUR
"""A message that waits so long is a fault, and no delay."""


class Queue(NamedTuple):
    """What waits for a channel, the oldest first."""

    channel: str
    waiting: tuple[Message, ...]

    @property
    def oldest(self) -> Message | None:
        """The message that waits longest; None where none does."""
        return self.waiting[0] if self.waiting else None


class Deliveries:
    """The stored messages of the channels. Thread-safe."""

    def __init__(self, outbox: Outbox | None = None, channels: Iterable[str] = ()) -> None:
        """Begin without a copy: each question is answered from the outbox.

        Args:
            outbox: None stores nothing.
            channels: the names of those that are configured, in their order.
        """
        self._outbox = outbox
        self._channels = tuple(dict.fromkeys(channels))

    @property
    def any(self) -> bool:
        """Whether there is a channel or a message. Raises `StoreUnavailableError`."""
        return bool(self._channels or self.page(None, 1))

    def page(self, before: int | None, limit: int) -> list[Message]:
        """Return messages, newest first, before an id. Raises `StoreUnavailableError`."""
        return [] if self._outbox is None else self._outbox.messages(before, limit)

    def queues(self) -> list[Queue]:
        """Return what waits for each channel. Raises `StoreUnavailableError`.

        Those that are configured come first, then others for which something waits.
        """
        waiting = [] if self._outbox is None else self._outbox.waiting()
        return queues(self._channels, waiting)

    def oldest_waiting(self) -> Millis | None:
        """Return when the message was made that waits longest. Raises `StoreUnavailableError`."""
        found = oldest(self.queues())
        return None if found is None else found.created


def queues(channels: Iterable[str], waiting: Sequence[Message]) -> list[Queue]:
    """Return what waits for each of the channels, and then for all others."""
    found: dict[str, list[Message]] = {name: [] for name in channels}
    for message in sorted(waiting, key=_age):
        found.setdefault(message.channel, []).append(message)
    return [Queue(name, tuple(messages)) for name, messages in found.items()]


def oldest(queues: Iterable[Queue]) -> Message | None:
    """Return the message that waits longest of all; None where none does."""
    first = (queue.oldest for queue in queues)
    return min((each for each in first if each is not None), key=_age, default=None)


def late(queues: Iterable[Queue], now: Millis) -> list[Message]:
    """Return the oldest message of each channel that keeps one waiting too long, oldest first."""
    first = (queue.oldest for queue in queues)
    return sorted((each for each in first if each and is_late(each, now)), key=_age)


def is_late(message: Message, now: Millis) -> bool:
    """Return whether a message waits for too long."""
    return message.outcome is None and now - message.created >= LATE


def _age(message: Message) -> tuple[Millis, int]:
    return message.created, message.id
