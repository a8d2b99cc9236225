"""GET /connect: how Duplicati is set up to report here, and whether a report has come."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import falcon

from api import query
from api.page.arriving import Arriving
from api.page.connection import Connection
from api.page.rendering import Page
from exporter.fleet import Fleet
from exporter.formatting import DisplayTime
from exporter.model import short_name
from exporter.store import Store
from exporter.times import DAY, MINUTE, SECOND, Millis, format_timestamp

EVERY: Millis = 3 * SECOND
"""How often a page that waits looks again by itself,"""

ATTENTIVE: Millis = 30 * MINUTE
"""for so long; then as often as every page."""

_LONGEST: Millis = DAY
"""A bookmark may hold any time."""


class ConnectPage(Page):
    """The options for each version and way, and what came since the page was opened."""

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        clock: Callable[[], Millis],
        connection: Connection,
        arriving: Arriving,
    ) -> None:
        super().__init__(store, fleet, clock)
        self._connection = connection
        self._arriving = arriving

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page."""
        server = short_name((req.get_param("server") or "").strip())
        facts = {
            "named": server,
            "options": self._connection.by_version(req, server),
            "needs_token": self._connection.needs_token,
            "is_local": self._connection.is_local(req),
            "is_plain": self._connection.is_plain(req),
            **self._waiting(req, server),
        }
        self._show(req, resp, "connect", facts)

    def _waiting(self, req: falcon.Request, server: str) -> dict[str, Any]:
        """Return since when a report is waited for, and what came."""
        now = self._clock()
        since = min(max(query.timestamp(req, "since") or now, now - _LONGEST), now)
        at, newest = self._arriving.newest(server, now) or (None, None)
        received = newest if at is not None and at >= since else None
        given = {"since": format_timestamp(since), "server": server}
        waits = received is None and now - since < ATTENTIVE
        return {
            "now": DisplayTime.from_timestamp(now, now),
            "since": DisplayTime.from_timestamp(since, now),
            "received": received,
            "before": None if received else newest,
            "turned": self._arriving.turned(since, now),
            "again": "?" + urlencode({name: value for name, value in given.items() if value}),
            "seconds": EVERY // SECOND if waits else None,
        }
