"""GET /servers/{id}: a server, what is known of it, and its backups."""

from collections.abc import Callable
from typing import Any, NamedTuple

import falcon

from api import query
from api.page import filters
from api.page.attempts import attempt_of
from api.page.changes import last_changes
from api.page.counts import of_jobs
from api.page.forms.mutes import SPANS
from api.page.forms.server_settings import ServerFields
from api.page.listing import head, listing, unjudged
from api.page.rendering import Page
from api.page.servers import newest_report
from api.page.top import TopLines
from api.session_cookie import session_of
from exporter.conditions.counts import StatusSummary
from exporter.conditions.evaluate import evaluate_all
from exporter.conditions.facts import muted_until
from exporter.conditions.faults import of_server
from exporter.conditions.pulled import pause
from exporter.fleet import Fleet
from exporter.formatting import DisplayTime
from exporter.model import Server
from exporter.model.audit import AuditFilter
from exporter.model.links import read_link
from exporter.model.pulled import Pulled
from exporter.store import Store
from exporter.times import Millis


class ServerPage(Page):
    """A server by its id, its name, its alias or its machine-id."""

    template = "server"

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        clock: Callable[[], Millis],
        top: TopLines,
    ) -> None:
        super().__init__(store, fleet, clock)
        self._top = top

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page."""
        self._show(req, resp, self.template, self.facts(req, **params))

    def facts(self, req: falcon.Request, **params: str) -> dict[str, Any]:
        """Return what the page shows.

        Raises:
            ApiError: there is no such server, or several.
        """
        now = self._clock()
        server = query.find_server(self._fleet, params["server_id"])
        views, faulty = self._fleet.of_server(server.id)
        jobs = evaluate_all(views, now)
        summary = StatusSummary.counting(jobs, len(faulty))
        found = of_server(self._top.faults(now), server, self._fleet.servers)
        job_filter = filters.of_server(req, self._fleet)
        return {
            **head(summary, of_jobs(summary), found, now),
            **listing(self._store, jobs, job_filter, self._fleet.created, now),
            "lines": self._top.lines(found, unjudged(self._fleet, faulty), now),
            "empty": not summary.all,
            "server": server,
            "name": server.shown_name,
            "duplicate": self._duplicate(server),
            "own_mute": muted_until(server.muted, now),
            "spans": SPANS,
            "last_report": newest_report(server, now),
            "link": _link(server.url),
            "pulled": None if server.pulled is None else _pulled(server.pulled, now),
            **self._of_forms(req, server, now),
        }

    def _of_forms(self, req: falcon.Request, server: Server, now: Millis) -> dict[str, Any]:
        """Return what only people who are signed in are shown."""
        if session_of(req) is None:
            return {"changes": []}
        changes = last_changes(self._store, self._fleet, AuditFilter(server_id=server.id), now)
        return {"changes": changes, "form": ServerFields.of(server, attempt_of(req))}

    def _duplicate(self, server: Server) -> Server | None:
        other = server.possible_duplicate_of
        return None if other is None else self._fleet.server(other)


class _Pulled(NamedTuple):
    """What the last pull of a server knew; `waiting` is how many backups wait there."""

    at: DisplayTime
    pause: str | None
    waiting: int
    expires: DisplayTime | None


def _pulled(pulled: Pulled, now: Millis) -> _Pulled:
    certificate = pulled.certificate
    return _Pulled(
        DisplayTime.from_timestamp(pulled.at, now),
        pause(pulled) if pulled.is_paused_at(now) else None,
        len(pulled.waiting or ()),
        None if certificate is None else DisplayTime.from_timestamp(certificate.expires, now),
    )


def _link(url: str | None) -> str | None:
    """Return an address that a page may link to, whatever is stored."""
    try:
        return None if url is None else read_link(url)
    except ValueError:
        return None
