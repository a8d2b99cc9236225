"""GET /api/servers: every machine that sent a report."""

import falcon

from api import parameters, represent
from api.answers import Readable, success
from exporter.fleet import Fleet


class Servers(Readable):
    """The servers by their ids, paged."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with a page."""
        limit, last = parameters.limit(req), parameters.cursor(req) or (0, 0)
        behind = [server for server in self._fleet.servers() if server.id > last[1]]
        page = behind[:limit]
        data = {
            "servers": [
                represent.server(server, len(self._fleet.jobs_of(server.id))) for server in page
            ],
            "nextCursor": (
                parameters.format_cursor(0, page[-1].id) if len(behind) > limit else None
            ),
        }
        success(req, resp, data)
