"""GET /digest: what became of the backups in a span, to be printed."""

from collections.abc import Callable
from urllib.parse import urlencode

import falcon

from api import query
from api.job_choice import known_tags
from api.page.rendering import Page
from exporter.formatting import DisplayTime
from exporter.notifications.digest import Choice, Span, collect, show
from exporter.notifications.digest.collecting import Sources
from exporter.times import Millis

ROWS = 1000
"""Backups on the page: some thirty sheets of paper."""


class DigestPage(Page):
    """All backups by server, or those with some tags, those in trouble first."""

    def __init__(self, sources: Sources, clock: Callable[[], Millis]) -> None:
        super().__init__(sources.store, sources.fleet, clock)
        self._sources = sources

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page of a span up to now."""
        now = self._clock()
        span = Span(max(now - query.span(req), 0), now)
        tags = known_tags(req, self._sources.fleet)
        facts = collect(self._sources, span, Choice(tags=tags))
        shown = show(facts, ROWS, public_url="")
        at = DisplayTime.from_timestamp(now, now)
        query_of_tags = urlencode({"tag": ",".join(tags)}) if tags else ""
        told = {"tags": tags, "tag_query": query_of_tags and f"&{query_of_tags}"}
        self._show(req, resp, "digest", {"now": at, "digest": shown, **told})
