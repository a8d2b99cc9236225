"""When a message is tried again, and when it is given up (pure)."""

from msgspec.structs import replace

from exporter.model.notifications import Message, MessageOutcome
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis

LONGEST_PAUSE = HOUR
GIVEN_UP_AFTER = 3 * DAY
"""After a message was created."""

_PAUSES = (30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE)


def pause_after(attempts: int) -> Millis:
    """Return the pause after so many attempts that failed."""
    return _PAUSES[max(attempts, 1) - 1] if attempts <= len(_PAUSES) else LONGEST_PAUSE


def sent(message: Message, now: Millis) -> Message:
    """Return a message that was accepted."""
    return replace(message, outcome=MessageOutcome.SENT, ended=now)


def failed(message: Message, error: str, now: Millis) -> Message:
    """Return a message after an attempt that failed: with its next one, or given up.

    The last attempt is when its time is over, however long the pause were.
    """
    end = message.created + GIVEN_UP_AFTER
    if now >= end:
        return replace(message, error=error, outcome=MessageOutcome.GIVEN_UP, ended=now)
    next_attempt = min(now + pause_after(message.attempts), end)
    return replace(message, error=error, next_attempt=next_attempt)


def time_until(message: Message, now: Millis) -> Millis:
    """Return how long it is until the next attempt, 0 if it is due.

    One that is further away than any pause was set by a clock that was ahead: it is due.
    """
    left = message.next_attempt - now
    return left if 0 < left <= LONGEST_PAUSE else 0
