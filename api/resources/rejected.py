"""/api/rejected: what was refused, and that it is dealt with."""

import logging
from collections.abc import Callable

import falcon

from api import query, serialization
from api.auth import author_of
from api.responses import GetResource, ok_no_store, success
from exporter.ingest.refusals import Refusals
from exporter.logs import log_fields
from exporter.store import Store
from exporter.times import Millis

_log = logging.getLogger(__name__)


class RejectedReports(GetResource):
    """When it came, from where, why it was refused and its first bytes; newest first, paged."""

    def __init__(self, store: Store, refusals: Refusals, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._refusals = refusals
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

    def on_delete(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Remove all of it."""
        count = self._refusals.clear(None, author_of(req, self._clock()))
        _log.warning("refused reports cleared", extra=log_fields(count=count))
        ok_no_store(resp, {"deleted": {"rejected": count}})


class RejectedReport:
    """One of the refused bodies."""

    def __init__(self, refusals: Refusals, clock: Callable[[], Millis]) -> None:
        self._refusals = refusals
        self._clock = clock

    def on_delete(self, req: falcon.Request, resp: falcon.Response, rejected_id: str) -> None:
        """Remove it."""
        known = query.required_id(rejected_id, "rejected")
        count = self._refusals.clear(known, author_of(req, self._clock()))
        _log.warning("refused report cleared", extra=log_fields(rejected_id=known))
        ok_no_store(resp, {"deleted": {"rejected": count}})
