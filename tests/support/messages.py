"""Messages to people as an outbox holds them, and an outbox whose database went away."""

from typing import NoReturn

from msgspec.structs import replace

from exporter.model.notifications import Message, MessageKind, MessageOutcome, OutboxUpdate
from exporter.store import StoreUnavailableError
from exporter.times import MINUTE, Millis
from tests.support.outbox import MemoryOutbox

REFUSED = "connection refused"


def waiting(channel: str, created: Millis, title: str = "Photos of nas is overdue") -> Message:
    """Return a message of which no attempt was begun."""
    return Message(channel, MessageKind.ALERT, created, title, f"{title}\nLast success: never")


def tried(channel: str, created: Millis, error: str = REFUSED) -> Message:
    """Return a message that waits for its next attempt after two that failed."""
    late = created + 5 * MINUTE
    return replace(waiting(channel, created), attempts=2, next_attempt=late, error=error)


def ended(channel: str, created: Millis, outcome: MessageOutcome) -> Message:
    """Return a message that was sent, or given up, a minute later."""
    return replace(
        tried(channel, created, REFUSED), outcome=outcome, ended=created + MINUTE, attempts=3
    )


def put(outbox: MemoryOutbox, *messages: Message) -> list[Message]:
    """Store messages as the notifier does; return them with their ids."""
    return outbox.update(OutboxUpdate(messages=messages), outbox.revision)[1]


class DeadOutbox(MemoryOutbox):
    """An outbox whose database no longer answers."""

    def waiting(self) -> NoReturn:
        raise StoreUnavailableError("the disk is full")

    def messages(self, before: int | None, limit: int) -> NoReturn:
        raise StoreUnavailableError("the disk is full")
