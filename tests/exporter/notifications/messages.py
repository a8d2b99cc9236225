"""Messages of tests."""

from exporter.model.notifications import Message, MessageKind
from exporter.times import Millis

CREATED = 1_790_000_000_000


def message(
    title: str = "Documents of nas is overdue",
    text: str = "since 03:00",
    html: str = "",
    created: Millis = CREATED,
) -> Message:
    """Return a message that waits."""
    return Message("phone", MessageKind.ALERT, created, title, text, html)
