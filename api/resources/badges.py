"""GET /api/badge.svg and /api/badge/{serverId}.svg: the state of backups, for other dashboards."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import falcon
from falcon.routing import BaseConverter

from api import readiness
from api.headers import EMBEDDING
from api.query import find_server
from api.resources.badge_svg import draw
from api.responses import GetResource, with_etag
from exporter.auth import Authorizer, Scope
from exporter.conditions.badge import Badge, badge_of_all, badge_of_server, badge_without_store
from exporter.conditions.counts import StatusSummary
from exporter.fleet import Fleet
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper
from exporter.store import Store
from exporter.times import Millis

MEDIA_SVG = "image/svg+xml"

_SUFFIX = ".svg"


class SvgName(BaseConverter):
    """The rest of a path that ends with ``.svg``, without that. It may hold slashes."""

    CONSUME_MULTIPLE_SEGMENTS = True

    def convert(self, value: Iterable[str]) -> str | None:
        """Return the name, or None where the path does not end with ``.svg``."""
        name = "/".join(value)
        return name.removesuffix(_SUFFIX) if name.endswith(_SUFFIX) else None


class Showing(NamedTuple):
    """What every badge needs: the clock, the refused reports, and which pages may show it.

    `timekeeper` knows whether the clock is right.
    """

    clock: Callable[[], Millis]
    refusals: Refusals
    timekeeper: Timekeeper
    embedding: str


class _Pictured(GetResource):
    """Jobs as a badge."""

    def __init__(self, store: Store, fleet: Fleet, showing: Showing) -> None:
        self._store = store
        self._fleet = fleet
        self._clock, self._refusals, self._timekeeper, self._embedding = showing

    def _refused(self, now: Millis) -> int:
        refused = self._refusals.open(now)
        return 0 if refused is None else refused.count

    def _in_doubt(self) -> bool:
        return self._timekeeper.fault() is not None

    def _answer(self, req: falcon.Request, resp: falcon.Response, badge: Badge) -> None:
        fault = readiness.write_error(self._store)
        if fault is not None:
            badge = badge_without_store(badge.subject, fault)
        resp.set_header(EMBEDDING, self._embedding)
        with_etag(req, resp, draw(badge), MEDIA_SVG)


class FleetBadge(_Pictured):
    """The state of all backups."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the badge."""
        now = self._clock()
        snapshot = self._fleet.snapshot(now)
        summary = StatusSummary.from_views(snapshot.jobs, now, len(snapshot.errored))
        badge = badge_of_all(summary, self._refused(now), clock_in_doubt=self._in_doubt())
        self._answer(req, resp, badge)


class ServerBadge(_Pictured):
    """The state of a server's backups."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the badge."""
        server = find_server(self._fleet, params["server_id"])
        views, unjudged = self._fleet.of_server(server.id)
        now = self._clock()
        summary = StatusSummary.from_views(views, now, len(unjudged))
        name, refused = server.shown_name, self._refused(now)
        badge = badge_of_server(name, summary, refused, clock_in_doubt=self._in_doubt())
        self._answer(req, resp, badge)


def embedding(authorizer: Authorizer) -> str:
    """Return which pages may show a badge: all of them, where no token is needed to read.

    Else any page could, with a password that the browser remembers, learn from a picture's width
    what it must not read.
    """
    return "cross-origin" if authorizer.is_open(Scope.READ) else "same-origin"
