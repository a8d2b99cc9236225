"""GET /notifications: what people were told and what waits, and what waits too long."""

from collections.abc import Callable

import falcon
from msgspec import Struct

from api import query
from api.page.rendering import Page
from exporter.fleet import Fleet
from exporter.formatting import DisplayTime
from exporter.language import gettext, marked
from exporter.model.notifications import Message, MessageOutcome
from exporter.notifications import deliveries
from exporter.notifications.deliveries import Deliveries
from exporter.store import Store
from exporter.templating import short
from exporter.times import Millis

LISTED = 50
"""Messages on one page."""

_MAX_TEXT_LENGTH = 2000
_MAX_TITLE_LENGTH = 200
_MAX_ERROR_LENGTH = 300
_NO_ATTEMPT = marked("no attempt has ended yet")


class Late(Struct, frozen=True):
    """The message that waits longest, and how many other channels keep one waiting too long."""

    channel: str
    since: DisplayTime
    error: str
    others: int


class Entry(Struct, frozen=True):
    """A message as it is listed; `next_attempt` is None where none is to come, or one is due."""

    id: int
    created: DisplayTime
    channel: str
    kind: str
    title: str
    text: str
    state: str
    is_open: bool
    attempts: int
    next_attempt: DisplayTime | None
    ended: DisplayTime | None
    error: str | None


class NotificationsPage(Page):
    """What waits and the last that ended, newest first."""

    def __init__(
        self, store: Store, fleet: Fleet, clock: Callable[[], Millis], deliveries: Deliveries
    ) -> None:
        super().__init__(store, fleet, clock)
        self._deliveries = deliveries

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page."""
        now, last = self._clock(), query.cursor(req)
        found = self._deliveries.page(last[1] if last else None, LISTED + 1)
        page = found[:LISTED]
        facts = {
            "now": DisplayTime.from_timestamp(now, now),
            "entries": [_entry(each, now) for each in page],
            "following": query.format_cursor(0, page[-1].id) if found[LISTED:] else None,
        }
        self._show(req, resp, "notifications", facts)


def late(told: Deliveries, now: Millis) -> Late | None:
    """Return the message that waits longest, if for too long. Raises `StoreUnavailableError`."""
    found = deliveries.late(told.queues(), now)
    if not found:
        return None
    first = found[0]
    return Late(
        channel=first.channel,
        since=DisplayTime.from_timestamp(first.created, now),
        error=short(first.error or gettext(_NO_ATTEMPT), _MAX_ERROR_LENGTH),
        others=len(found) - 1,
    )


def _entry(message: Message, now: Millis) -> Entry:
    outcome = message.outcome
    waits = outcome is None and message.next_attempt > now
    return Entry(
        id=message.id,
        created=DisplayTime.from_timestamp(message.created, now),
        channel=message.channel,
        kind=gettext(message.kind.value),
        title=short(message.title, _MAX_TITLE_LENGTH),
        text=short(message.text, _MAX_TEXT_LENGTH),
        state=_state(outcome),
        is_open=outcome is MessageOutcome.GIVEN_UP or deliveries.is_late(message, now),
        attempts=message.attempts,
        next_attempt=_time(message.next_attempt, now) if waits else None,
        ended=_time(message.ended, now),
        error=None if message.error is None else short(message.error, _MAX_ERROR_LENGTH),
    )


def _state(outcome: MessageOutcome | None) -> str:
    return gettext("waiting" if outcome is None else outcome.value.replace("_", " "))


def _time(timestamp: Millis | None, now: Millis) -> DisplayTime | None:
    return None if timestamp is None else DisplayTime.from_timestamp(timestamp, now)
