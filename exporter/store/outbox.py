"""What people are to be told, and what was told."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from exporter.model.notifications import ConditionChange, Message, MessageOutcome, OutboxUpdate
from exporter.store.rules import outbox
from exporter.store.session import Session
from exporter.store.values import OutboxState
from exporter.times import Millis

Outcome = TypeVar("Outcome")


class Run(Protocol):
    """Runs work on the database."""

    def __call__(self, work: Callable[[Session], Outcome], /) -> Outcome:
        """Return what the work returned."""
        ...


class Outbox:
    """A part of the store: the same rules for threads and errors hold for its methods.

    It remembers which changes the last answer had. Of several daemons each takes ids as it writes,
    so a change may appear below the newest that was read: it stays until it was in an answer.
    """

    def __init__(
        self, reading: Callable[[], AbstractContextManager[Session]], read_shown: Run, write: Run
    ) -> None:
        """Use a store.

        Args:
            reading: a session that reads what was committed.
            read_shown: reads, and returns once the follower has what that is from.
            write: runs work in a transaction, and returns once it is durable.
        """
        self._reading = reading
        self._read_shown = read_shown
        self._write = write
        self._answered: tuple[int, ...] = ()

    def changes(self) -> list[ConditionChange]:
        """Return the oldest that reports changed and nobody read yet, the oldest first.

        When it returns, the follower has seen every report whose change is in the answer.
        """
        found = self._read_shown(outbox.changes)
        self._answered = tuple(each.id for each in found)
        return found

    def load(self) -> OutboxState:
        """Return the alerts, the messages that wait and the marks, as of now."""
        with self._reading() as db:
            return outbox.load(db)

    def update(self, update: OutboxUpdate, revision: int) -> tuple[int, list[Message]]:
        """Store a decision whole or not at all.

        Return the new revision, and the messages with their ids.

        Raises:
            OutboxChangedError: the outbox has another revision: load it again.
        """
        read = [each for each in self._answered if each <= update.read_up_to]
        return self._write(lambda db: outbox.update(db, update, read, revision))

    def claim(self, message: Message, until: Millis) -> Message | None:
        """Count the beginning of an attempt, of which no other begins before `until`.

        Return the message with it; None if another daemon has begun it, or it has ended.
        """
        return self._write(lambda db: outbox.claim(db, message, until))

    def failed(self, message_id: int, error: str, next_attempt: Millis) -> None:
        """Store why an attempt failed, and when the next one is."""
        self._write(lambda db: outbox.failed(db, message_id, error, next_attempt))

    def finish(self, message_id: int, outcome: MessageOutcome, at: Millis) -> None:
        """Store how the delivery of a message ended."""
        self._write(lambda db: outbox.finish(db, message_id, outcome, at))

    def waiting(self) -> list[Message]:
        """Return the messages that wait, the oldest first."""
        with self._reading() as db:
            return outbox.waiting(db)

    def messages(self, before: int | None, limit: int) -> list[Message]:
        """Return messages, newest first, before an id: those that wait and the last that ended."""
        with self._reading() as db:
            return outbox.messages(db, before, limit)

    def prune(self, before: Millis) -> None:
        """Remove the messages that ended before a time, and older changes that nobody read."""
        self._write(lambda db: outbox.prune(db, before))
