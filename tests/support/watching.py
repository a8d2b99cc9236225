"""What reports change in the database for those who are to be told, in tests."""

from typing import Any

from msgspec.structs import replace

from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import Server
from exporter.model.notifications import (
    Alert,
    AlertKey,
    Message,
    MessageKind,
    OutboxUpdate,
)
from exporter.store import Store
from tests.support.daemon import NOW


def failing(
    _server: Server, _job: Job, before: JobState, after: JobState
) -> tuple[str, ...] | None:
    """Tell people when a job begins to fail, and when it no longer does."""
    if before.decided_failed == after.decided_failed:
        return None
    return ("failing", "stale") if after.decided_failed else ()


def alert(number: int, channel: str = "phone", **fields: Any) -> Alert:  # noqa: ANN401 - any field of an alert
    """Return an alert of a job."""
    return Alert(AlertKey(channel, f"job:{number}", "failing"), NOW, NOW, **fields)


def message(title: str = "1 backup failed", **fields: Any) -> Message:  # noqa: ANN401 - any field of a message
    """Return a message that was not stored yet."""
    told = Message("phone", MessageKind.ALERT, NOW, title, "Documents of nas failed")
    return replace(told, **fields)


def sent(store: Store, *titles: str) -> list[Message]:
    """Store messages; return all that wait."""
    outbox = store.outbox
    update = OutboxUpdate(messages=tuple(message(title) for title in titles))
    outbox.update(update, outbox.load().revision)
    return outbox.load().waiting
