"""GET /api/health and /metrics: what Prometheus scrapes."""

from collections.abc import Sequence

import falcon

from api.errors import ApiError
from api.freshness import catch_up
from api.negotiation import accepts_gzip, preferred
from api.parts_file import ConcatenatedFile
from api.query import find_server
from api.responses import GetResource, success
from exporter.auth import Scope
from exporter.exposition import Exposition, Part, Selection
from exporter.fleet import Fleet
from exporter.store import Store

_PATIENCE_SECONDS = 1.0
"""How long who asks for JSON waits for a database that is away: people and scripts want to know."""

TEXT = "text/plain; version=0.0.4"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class Metrics(GetResource):
    """The exposition, in the format and coding the scrape prefers."""

    offers: Sequence[str] = (TEXT, OPENMETRICS)
    to_read = Scope.METRICS
    needs_store = False  # the daemon's own families are there while its database is away

    def __init__(self, exposition: Exposition, fleet: Fleet, store: Store) -> None:
        self._exposition = exposition
        self._fleet = fleet
        self._store = store

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with every family, or those that are asked for."""
        self._answer(req, resp, preferred(req.get_header("Accept"), self.offers))

    def _answer(self, req: falcon.Request, resp: falcon.Response, media_type: str) -> None:
        if req.get_param("part") != Part.DAEMON.value:
            catch_up(self._store, req)
        selection = self._selection(req)
        resp.content_type = f"{media_type}; charset=utf-8"
        resp.set_header("Vary", "Accept, Accept-Encoding")
        if accepts_gzip(req.get_header("Accept-Encoding", default="")):
            parts = self._gzip(selection, media_type)
            resp.set_header("Content-Encoding", "gzip")
        else:
            parts = self._plain(selection, media_type)
        file = ConcatenatedFile(parts)
        resp.set_stream(file, len(file))

    def _plain(self, selection: Selection, media_type: str) -> list[bytes]:
        openmetrics = media_type == OPENMETRICS
        expose = self._exposition.openmetrics if openmetrics else self._exposition.text
        exposed = expose(selection)
        return [*exposed.fleet, exposed.daemon]

    def _gzip(self, selection: Selection, media_type: str) -> list[bytes]:
        openmetrics = media_type == OPENMETRICS
        pack = self._exposition.openmetrics_gzip if openmetrics else self._exposition.text_gzip
        return pack(selection)

    def _selection(self, req: falcon.Request) -> Selection:
        """Return the selection by the names of families, as in the client library, and by server.

        Raises:
            ApiError: a server is unknown, as in the paths of other routes.
        """
        names = req.get_param_as_list("name[]")
        servers = req.get_param_as_list("server")
        ids = [find_server(self._fleet, server).id for server in servers or ()]
        return Selection(
            None if names is None else frozenset(names),
            None if servers is None else tuple(dict.fromkeys(ids)),
            _part(req),
        )


def _part(req: falcon.Request) -> Part | None:
    """Return the part of the exposition that is asked for.

    Raises:
        ApiError: there is no such part.
    """
    name = req.get_param("part")
    try:
        return None if name is None else Part(name)
    except ValueError:
        raise ApiError(400, "part must be fleet or daemon") from None


class Health(Metrics):
    """The exposition, and for clients that accept JSON only whether reports can be stored."""

    offers = (TEXT, OPENMETRICS, falcon.MEDIA_JSON)

    def __init__(self, exposition: Exposition, fleet: Fleet, store: Store, version: str) -> None:
        super().__init__(exposition, fleet, store)
        self._version = version

    def _answer(self, req: falcon.Request, resp: falcon.Response, media_type: str) -> None:
        if media_type != falcon.MEDIA_JSON:
            super()._answer(req, resp, media_type)
            return
        self._store.catch_up(_PATIENCE_SECONDS)
        self._store.check_writable()
        resp.set_header("Vary", "Accept, Accept-Encoding")
        success(req, resp, {"healthy": True, "version": self._version})
