"""GET /: whether any backup is missing, failing or shrinking, and since when."""

from collections.abc import Callable, Collection, Sequence
from itertools import islice
from typing import Any, NamedTuple

import falcon

from api.page import filters
from api.page.connection import Connection
from api.page.counts import of_fleet
from api.page.listing import head, listing, unjudged
from api.page.rendering import Page
from api.page.top import TopLines
from api.resources.upload import Astray
from exporter.auth import Scope
from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import Fault
from exporter.conditions.standing import Standing
from exporter.fleet import Fleet
from exporter.formatting import DisplayTime
from exporter.model import Server
from exporter.model.conditions import Condition
from exporter.store import Store
from exporter.times import Millis

_NAMED = 20
"""Possible duplicates of servers are named, at most so many."""

_LISTED = 200
"""With more servers or tags the form has no list of them: it would be larger than the page."""


class Besides(NamedTuple):
    """What an overview needs beside the backups; `astray` accepts reports posted to the page."""

    standing: Standing
    top: TopLines
    astray: Astray


class Overview(Page):
    """All backups, worst first, or how to connect the first one."""

    to_change = Scope.UPLOAD  # a report of a sender that was set up with the address alone

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        clock: Callable[[], Millis],
        connection: Connection,
        besides: Besides,
    ) -> None:
        super().__init__(store, fleet, clock)
        self._connection = connection
        self._besides = besides

    def on_post(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Take a report of a sender that was set up without a path."""
        self._besides.astray.on_post(req, resp)

    on_put = on_post

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page."""
        now = self._clock()
        job_filter, snapshot = filters.read(req, self._fleet), self._fleet.snapshot(now)
        jobs = self._besides.standing.evaluated(snapshot.jobs, now)
        summary = StatusSummary.counting(jobs, len(snapshot.errored))
        faults = self._besides.top.faults(now)
        facts = {
            **head(summary, of_fleet(snapshot.totals, summary), faults, now),
            **listing(self._store, jobs, job_filter, self._fleet.created, now),
            **self._form(),
            **self._besides_jobs(snapshot.errored, faults, now),
            **self._connecting(req, is_first=not summary.all),
            "all": len(jobs),
            "last_report": DisplayTime.from_timestamp(snapshot.totals.last_report, now),
        }
        self._show(req, resp, "overview", facts)

    def _besides_jobs(
        self, errored: Collection[int], faults: Sequence[Fault], now: Millis
    ) -> dict[str, Any]:
        top = self._besides.top
        named = unjudged(self._fleet, errored)
        return {
            "lines": [*top.lines(faults, named, now), *top.settled(now)],
            "duplicates": self._duplicates(),
            "refused_ever": top.refusals.any,
            "notifying": top.deliveries.any,
        }

    def _connecting(self, req: falcon.Request, *, is_first: bool) -> dict[str, Any]:
        return {
            "options": self._connection.options(req) if is_first else [],
            "needs_token": self._connection.needs_token,
        }

    def _duplicates(self) -> list[Server]:
        """Return the first servers that look like the same machine as another."""
        known = (each for each in self._fleet.servers() if each.possible_duplicate_of is not None)
        return list(islice(known, _NAMED))

    def _form(self) -> dict[str, Any]:
        tags = self._fleet.tags.all()
        return {
            "conditions": list(Condition),
            "servers": self._servers(),
            "tags": tags if len(tags) <= _LISTED else [],
        }

    def _servers(self) -> list[tuple[str, str]]:
        """Return the ids and names of servers that the form offers, none where they are many."""
        known = self._fleet.servers()
        offered = known if len(known) <= _LISTED else []
        return sorted(((str(server.id), server.shown_name) for server in offered), key=_by_name)


def _by_name(offered: tuple[str, str]) -> str:
    return offered[1].casefold()
