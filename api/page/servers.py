"""GET /servers: every server, the worst first; GET /jobs, which leads to the backups."""

from collections.abc import Callable
from operator import itemgetter
from urllib.parse import urlencode

import falcon
from msgspec import Struct

from api import query
from api.page.favicons import tab
from api.page.rendering import HtmlResource, Page
from api.responses import GetResource, see_other
from exporter.conditions.evaluate import EvaluatedJob
from exporter.conditions.faults import Fault
from exporter.conditions.ranking import Place, place
from exporter.conditions.standing import Standing
from exporter.fleet import Fleet
from exporter.formatting import DisplayTime
from exporter.model import Server
from exporter.model.conditions import Condition
from exporter.store import Store
from exporter.times import Millis

ROWS = 100
"""Servers on one page."""

_MAX_TEXT_LENGTH = 200


class ServerRow(Struct, frozen=True):
    """A server as it is listed: `worst` of its backups, None where there is none to speak of.

    `unjudged` are the backups that could not be evaluated.
    """

    server: Server
    worst: Condition | None
    jobs: int
    unjudged: int
    last_report: DisplayTime | None


class ServerList(Struct, frozen=True):
    """A page of servers: the text that was searched for, its part of them, how many there are."""

    text: str
    rows: list[ServerRow]
    number: int
    pages: int
    found: int
    all: int

    def address(self, number: int) -> str:
        """Return the query that asks for another page of the same."""
        values = {"q": self.text, "page": "" if number == 1 else str(number)}
        return "?" + urlencode({name: value for name, value in values.items() if value})


class ServersPage(Page):
    """Every server, or those with a text in their names."""

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        clock: Callable[[], Millis],
        standing: Standing,
        faults: Callable[[Millis], tuple[Fault, ...]],
    ) -> None:
        super().__init__(store, fleet, clock)
        self._standing = standing
        self._faults = faults

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page."""
        now = self._clock()
        text = (req.get_param("q") or "").strip()[:_MAX_TEXT_LENGTH]
        number = query.parse_id(req.get_param("page") or "") or 1
        listed = self._list(text, number, now)
        facts = {
            "now": DisplayTime.from_timestamp(now, now),
            "listed": listed,
            **tab(self._standing.summary(now), self._faults(now)),
        }
        self._show(req, resp, "servers", facts)

    def _list(self, text: str, wanted: int, now: Millis) -> ServerList:
        known = self._fleet.servers()
        worst = self._worst_jobs(now)
        found = [(each, worst.get(each.id)) for each in known if _is_called(each, text)]
        ordered = sorted(found, key=_order)
        pages = max(1, -(-len(ordered) // ROWS))
        number = min(wanted, pages)
        part = ordered[(number - 1) * ROWS : number * ROWS]
        rows = [self._row(server, worst, now) for server, worst in part]
        return ServerList(text, rows, number, pages, len(ordered), len(known))

    def _worst_jobs(self, now: Millis) -> dict[int, EvaluatedJob]:
        """Return the worst backup of each server that has one."""
        worst: dict[int, tuple[Place, EvaluatedJob]] = {}
        for job in self._standing.evaluated(self._fleet.jobs(), now):
            listed, server_id = (place(job), job), job.view.server.id
            worst[server_id] = min(listed, worst.get(server_id, listed), key=itemgetter(0))
        return {server_id: job for server_id, (_, job) in worst.items()}

    def _row(self, server: Server, worst: EvaluatedJob | None, now: Millis) -> ServerRow:
        views, errored = self._fleet.of_server(server.id)
        return ServerRow(
            server,
            None if worst is None else worst.held[0],
            len(views) + len(errored),
            len(errored),
            newest_report(server, now),
        )


def newest_report(server: Server, now: Millis) -> DisplayTime | None:
    """Return when the newest report of a server came; None where it has sent none."""
    return DisplayTime.from_timestamp(server.last_report, now) if server.last_report else None


class JobsAddress(GetResource, HtmlResource):
    """Leads to the overview, which lists the backups: people shorten the address of a backup."""

    needs_store = False

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the address, and what was asked for."""
        asked = f"?{req.query_string}" if req.query_string else ""
        see_other(resp, f"/{asked}")


def _is_called(server: Server, text: str) -> bool:
    wanted = text.casefold()
    return any(wanted in name.casefold() for name in (server.name, server.alias or ""))


def _order(listed: tuple[Server, EvaluatedJob | None]) -> tuple[bool, tuple[object, ...]]:
    """Return the sort key of a server: its worst backup; those without any come last, by name."""
    server, worst = listed
    if worst is None:
        return True, (server.shown_name.casefold(), server.id)
    return False, place(worst)
