"""The parts of a store that have an interface of their own."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import Server
from exporter.model.clock import ClockReading
from exporter.model.notifications import ConditionChange, Message, MessageOutcome, OutboxUpdate
from exporter.store.changes import Recorded
from exporter.store.values import ClockMarks, OutboxState
from exporter.times import Millis

Watch: TypeAlias = Callable[[Server, Job, JobState, JobState], tuple[str, ...] | None]
"""Compares a job before and after a report: the states of both. Returns the values of the
conditions that hold after it, worst first; None where nobody is to be told. Where it returns
something, a `ConditionChange` is written in the transaction of the report."""


class Pending(Protocol):
    """A write that was submitted, and whose outcome nobody waits for."""

    def result(self) -> Recorded:
        """Return what was recorded, once it was told; else raise why nothing was.

        Raises:
            LimitReachedError: it would exceed a limit.
            StoreUnavailableError: the store does not answer.
        """
        ...

    def expire(self, present: float) -> None:
        """Tell that nothing came of it if it takes too long by now, by `time.monotonic`."""
        ...


class Timing(Protocol):
    """What is stored about the daemon's own clock, and what a wrong one stamped.

    A part of the store: the same rules for threads and errors hold for its methods.
    """

    def correct_arrivals(self, reading: ClockReading) -> None:
        """Correct what a wrong clock stamped, as far as it is known by now."""
        ...

    def has_doubtful(self) -> bool:
        """Return whether reports came while the clock was known to be slow."""
        ...

    def marks(self) -> ClockMarks:
        """Return what was last noted about the clock."""
        ...

    def mark(self, marks: ClockMarks) -> None:
        """Record what the clock says, for the next start."""
        ...

    def last_run(self) -> int:
        """Return the largest id of a run; 0 if there is none."""
        ...


class Outbox(Protocol):
    """What people are to be told, and what was told.

    A part of the store: the same rules for threads and errors hold for its methods. Of several
    daemons the one that leads writes; `OutboxChangedError` says that another one did since.
    """

    def changes(self) -> list[ConditionChange]:
        """Return what reports changed and nobody read yet, the oldest first.

        When it returns, the follower has seen every report whose change is in the answer.
        """
        ...

    def load(self) -> OutboxState:
        """Return the alerts, the messages that wait and the marks, as of now."""
        ...

    def update(self, update: OutboxUpdate, revision: int) -> tuple[int, list[Message]]:
        """Store a decision whole or not at all.

        Return the new revision, and the messages with their ids.

        Raises:
            OutboxChangedError: the outbox has another revision: load it again.
        """
        ...

    def claim(self, message: Message, until: Millis) -> Message | None:
        """Count the beginning of an attempt, of which no other begins before `until`.

        Return the message with it; None if another daemon has begun it, or it has ended.
        """
        ...

    def failed(self, message_id: int, error: str, next_attempt: Millis) -> None:
        """Store why an attempt failed, and when the next one is."""
        ...

    def finish(self, message_id: int, outcome: MessageOutcome, at: Millis) -> None:
        """Store how the delivery of a message ended."""
        ...

    def waiting(self) -> list[Message]:
        """Return the messages that wait, the oldest first."""
        ...

    def messages(self, before: int | None, limit: int) -> list[Message]:
        """Return messages, newest first, before an id: those that wait and the last that ended."""
        ...

    def prune(self, before: Millis) -> None:
        """Remove the messages that ended before a time, and older changes that nobody read."""
        ...
