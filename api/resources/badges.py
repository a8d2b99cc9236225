"""GET /api/badge.svg and /api/badge/{serverId}.svg: the state of backups, for other dashboards."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import falcon
from falcon.routing import BaseConverter

from api.headers import EMBEDDING
from api.query import find_server
from api.resources.badge_svg import draw
from api.responses import GetResource, with_etag
from exporter.auth import Authorizer, Scope
from exporter.conditions import faults
from exporter.conditions.badge import Badge, badge_of_all, badge_of_server
from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import Fault
from exporter.fleet import Fleet
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
    """What every badge needs: the clock, what is wrong beside jobs, and which pages may show it."""

    clock: Callable[[], Millis]
    faults: Callable[[Millis], tuple[Fault, ...]]
    embedding: str


class _Pictured(GetResource):
    """Jobs as a badge."""

    def __init__(self, fleet: Fleet, showing: Showing) -> None:
        self._fleet = fleet
        self._clock, self._faults, self._embedding = showing

    def _answer(self, req: falcon.Request, resp: falcon.Response, badge: Badge) -> None:
        resp.set_header(EMBEDDING, self._embedding)
        with_etag(req, resp, draw(badge), MEDIA_SVG)


class FleetBadge(_Pictured):
    """The state of all backups."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the badge."""
        now = self._clock()
        snapshot = self._fleet.snapshot(now)
        summary = StatusSummary.from_views(snapshot.jobs, now, len(snapshot.errored))
        self._answer(req, resp, badge_of_all(summary, self._faults(now)))


class ServerBadge(_Pictured):
    """The state of a server's backups."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the badge."""
        server = find_server(self._fleet, params["server_id"])
        views, unjudged = self._fleet.of_server(server.id)
        now = self._clock()
        summary = StatusSummary.from_views(views, now, len(unjudged))
        found = faults.of_server(self._faults(now), server, self._fleet.servers())
        self._answer(req, resp, badge_of_server(server.shown_name, summary, found))


def embedding(authorizer: Authorizer) -> str:
    """Return which pages may show a badge: all of them, where no token is needed to read.

    Else any page could, with a password that the browser remembers, learn from a picture's width
    what it must not read.
    """
    return "cross-origin" if authorizer.is_open(Scope.READ) else "same-origin"
