"""GET /digest: what became of the backups in a span, to be printed."""

from collections.abc import Callable

import falcon

from api import query
from api.page.rendering import Page
from exporter.formatting import DisplayTime
from exporter.notifications.digest import Span, collect, show
from exporter.notifications.digest.collecting import Sources
from exporter.times import Millis

ROWS = 1000
"""Backups on the page: some thirty sheets of paper."""


class DigestPage(Page):
    """All backups by server, those in trouble first."""

    def __init__(self, sources: Sources, clock: Callable[[], Millis]) -> None:
        super().__init__(sources.store, sources.fleet, clock)
        self._sources = sources

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page of a span up to now."""
        now = self._clock()
        span = Span(max(now - query.span(req), 0), now)
        facts = collect(self._sources, span)
        shown = show(facts, ROWS, public_url="")
        self._show(
            req, resp, "digest", {"now": DisplayTime.from_timestamp(now, now), "digest": shown}
        )
