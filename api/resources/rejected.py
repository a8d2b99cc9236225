"""GET /api/rejected: what was refused."""

from collections.abc import Callable

import falcon

from api import query, serialization
from api.responses import GetResource, success
from exporter.store import Store
from exporter.times import Millis


class RejectedReports(GetResource):
    """When it came, from where, why it was refused and its first bytes; newest first, paged."""

    def __init__(self, store: Store, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._clock = clock

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with a page."""
        limit, last = query.limit(req), query.cursor(req)
        found = self._store.rejected(last[1] if last else None, limit + 1)
        page, now = found[:limit], self._clock()
        data = {
            "rejected": [serialization.rejected(entry, now) for entry in page],
            "nextCursor": (query.format_cursor(0, page[-1].id) if len(found) > limit else None),
        }
        success(req, resp, data)
