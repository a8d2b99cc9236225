"""GET /api/notifications: what was told to the channels, and what waits."""

import falcon

from api import query
from api.responses import GetResource, success
from exporter.model.notifications import Message
from exporter.model.run_json import Json, timestamp
from exporter.notifications.deliveries import Deliveries, Queue, oldest

_WAITING = "waiting"


class Notifications(GetResource):
    """What waits for each channel, and the messages; newest first, paged."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with a page."""
        limit, last = query.limit(req), query.cursor(req)
        found = self._deliveries.page(last[1] if last else None, limit + 1)
        page, queues = found[:limit], self._deliveries.queues()
        data = {
            "notifications": [_message(each) for each in page],
            "oldestWaiting": _created(oldest(queues)),
            "channels": [_queue(each) for each in queues],
            "nextCursor": (query.format_cursor(0, page[-1].id) if len(found) > limit else None),
        }
        success(req, resp, data)


def _message(message: Message) -> Json:
    """Return a message without its text, which may be long."""
    waits = message.outcome is None
    return {
        "id": message.id,
        "channel": message.channel,
        "kind": message.kind.value,
        "created": timestamp(message.created),
        "title": message.title,
        "state": state(message),
        "attempts": message.attempts,
        "nextAttempt": timestamp(message.next_attempt or message.created) if waits else None,
        "lastError": message.error,
        "ended": timestamp(message.ended),
    }


def state(message: Message) -> str:
    """Return whether a message waits, or how its delivery ended."""
    return _WAITING if message.outcome is None else message.outcome.value


def _queue(queue: Queue) -> Json:
    return {
        "name": queue.channel,
        "waiting": len(queue.waiting),
        "oldestWaiting": _created(queue.oldest),
    }


def _created(message: Message | None) -> str | None:
    return None if message is None else timestamp(message.created)
