"""GET /api/badge.svg and /api/badge/{serverId}.svg: the state of backups, for other dashboards."""

from collections.abc import Iterable, Sequence

import falcon
from falcon.routing import BaseConverter
from msgspec.structs import replace

from api.headers import EMBEDDING
from api.job_choice import JobChoice, tags
from api.prepared import Prepared
from api.query import find_server
from api.resources.badge_svg import draw
from api.responses import GetResource, with_etag
from api.settled import Settled
from exporter.auth import Authorizer, Scope
from exporter.conditions import faults
from exporter.conditions.badge import Badge, badge_of, badge_of_all, badge_of_unknown_tag
from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import Fault
from exporter.model.conditions import DaemonCondition
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


class _Pictured(GetResource):
    """Jobs as a badge, all or those that have some tags."""

    def __init__(self, settled: Settled, embedding: str) -> None:
        """Draw badges; `embedding` is which pages may show them."""
        self._settled = settled
        self._fleet, self._standing, self._clock, recent = settled
        self._faults = recent.all
        self._embedding = embedding
        self._prepared = Prepared()

    def _picture(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        choice: JobChoice,
        found: Sequence[Fault],
        now: Millis,
        *names: str,
    ) -> None:
        """Answer with the badge of some jobs; one of a tag that nothing has says so."""
        unknown = self._fleet.tags.unknown(choice.tags)
        if unknown:
            self._answer(req, resp, badge_of_unknown_tag(unknown[0]))
            return
        summary = self._summary(choice, now)
        subject = ", ".join((*names, *choice.tags))
        badge = badge_of(subject, summary, found) if subject else badge_of_all(summary, found)
        self._answer(req, resp, badge)

    def _summary(self, choice: JobChoice, now: Millis) -> StatusSummary:
        if not choice.is_narrow:
            return self._standing.summary(now)
        jobs, errored = choice.selection(self._fleet, now)
        return StatusSummary.from_views(jobs, now, len(errored))

    def _answer(self, req: falcon.Request, resp: falcon.Response, badge: Badge) -> None:
        resp.set_header(EMBEDDING, self._embedding)
        with_etag(req, resp, draw(badge), MEDIA_SVG)


class FleetBadge(_Pictured):
    """The state of all backups."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the badge."""
        now, changes = self._clock(), self._fleet.changing.number
        choice, found = JobChoice(tags=tags(req)), self._faults(req, now)
        if choice.is_narrow:
            self._picture(req, resp, choice, found, now)
            return
        facts = self._standing.summary(now), tuple(map(_shown, found))
        answer = self._prepared.find(None, facts)
        if answer is None:
            answer = self._prepared.keep(None, facts, draw(badge_of_all(*facts)))
        resp.set_header(EMBEDDING, self._embedding)
        answer.give(req, resp, MEDIA_SVG)
        self._settled.note(req, changes)


class ServerBadge(_Pictured):
    """The state of a server's backups."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the badge."""
        server, now = find_server(self._fleet, params["server_id"]), self._clock()
        found = faults.of_server(self._faults(req, now), server, self._fleet.servers)
        choice = JobChoice(server_id=server.id, tags=tags(req))
        self._picture(req, resp, choice, found, now, server.shown_name)


def _shown(fault: Fault) -> Fault:
    """Return what a badge shows of a fault: a reason, which may tell the time, of storage alone."""
    if fault.condition is DaemonCondition.STORAGE:
        return fault
    return replace(fault, reason="", since=None)


def embedding(authorizer: Authorizer) -> str:
    """Return which pages may show a badge: all of them, where no token is needed to read.

    Else any page could, with a password that the browser remembers, learn from a picture's width
    what it must not read.
    """
    return "cross-origin" if authorizer.is_open(Scope.READ) else "same-origin"
