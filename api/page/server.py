"""GET /servers/{id}: a machine, what is known of it, and its backups."""

from collections.abc import Callable

import falcon

from api import parameters
from api.page import choice
from api.page.choice import Wish
from api.page.counts import of_conditions
from api.page.listing import head, listing
from api.page.rendering import Page
from api.page.rows import When
from exporter.condition import Census
from exporter.fleet import Fleet
from exporter.store import Store
from exporter.times import Millis
from exporter.views import JobView


class ServerPage(Page):
    """A server by its id, its name, its alias or its machine-id."""

    def __init__(self, store: Store, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the page of this moment."""
        now = self._clock()
        server = parameters.find_server(self._fleet, params["server_id"])
        views, census = self._of_server(server.id, now)
        facts = {
            **head(census, of_conditions(census), now),
            **listing(self._store, views, Wish(page=choice.page(req)), now),
            "server": server,
            "name": choice.label(server),
            "last_report": When.of(server.last_report, now),
        }
        self._show(req, resp, "server", facts)

    def _of_server(self, server_id: int, now: Millis) -> tuple[list[JobView], Census]:
        present = self._fleet.present(now)
        views = [view for view in present.jobs if view.server.id == server_id]
        unjudged = sum(self._is_of(job_id, server_id) for job_id in present.unjudged)
        return views, Census.of(views, now, unjudged)

    def _is_of(self, job_id: int, server_id: int) -> bool:
        server = self._fleet.server_of(job_id)
        return server is not None and server.id == server_id
