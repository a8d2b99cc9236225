"""/api/servers: every machine that sent a report; rename, merge and delete them."""

import logging
from collections.abc import Callable
from typing import Any

import falcon
from msgspec.structs import replace

from api import edits, query, request_body, serialization
from api.auth import author_of
from api.errors import invalid
from api.responses import GetResource, ok_no_store, success
from exporter.fleet import Fleet
from exporter.logs import log_fields
from exporter.model import run_json
from exporter.model.audit import Author
from exporter.reports import Problem
from exporter.store import Store
from exporter.times import Millis

MAX_MERGED = 1000

_log = logging.getLogger(__name__)


class Servers(GetResource):
    """The servers by their ids, paged."""

    def __init__(self, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._fleet = fleet
        self._clock = clock

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with a page."""
        now = self._clock()
        limit, last = query.limit(req), query.cursor(req) or (0, 0)
        after = [server for server in self._fleet.servers() if server.id > last[1]]
        page = after[:limit]
        data = {
            "servers": [_represented(self._fleet, server.id, now) for server in page],
            "nextCursor": (query.format_cursor(0, page[-1].id) if len(after) > limit else None),
        }
        success(req, resp, data)


class _OfOneServer:
    """A resource of the server whose id its path has."""

    def __init__(self, store: Store, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock

    def _author(self, req: falcon.Request) -> Author:
        return author_of(req, self._clock())


class ServerResource(_OfOneServer):
    """One server by its id, to be changed or deleted."""

    def on_patch(self, req: falcon.Request, resp: falcon.Response, server_id: str) -> None:
        """Set or clear what people set for a server, mute it, or mark it as not a duplicate."""
        known = query.required_id(server_id, "server")
        values = edits.of_server(request_body.json_object(req), self._clock)
        self._store.set_server(known, lambda server: replace(server, **values), self._author(req))
        _log.info("server changed", extra=log_fields(server_id=known, **values))
        ok_no_store(resp, {"server": _represented(self._fleet, known, self._clock())})

    def on_delete(self, req: falcon.Request, resp: falcon.Response, server_id: str) -> None:
        """Remove a server with its jobs and runs."""
        known = query.required_id(server_id, "server")
        self._store.delete_server(known, self._author(req))
        _log.warning("server deleted", extra=log_fields(server_id=known))
        ok_no_store(resp, {"deleted": {"server": known}})


class MergedServer(_OfOneServer):
    """Makes other servers part of one."""

    def on_post(self, req: falcon.Request, resp: falcon.Response, server_id: str) -> None:
        """Move the jobs, runs and identities of servers here; jobs of the same name join."""
        target = query.required_id(server_id, "server")
        sources = request_body.read(req, {"from": _ids})["from"]
        if target in sources:
            problem = Problem("from", "must not contain the server itself")
            raise invalid("A server cannot be merged into itself", problem)
        self._store.merge_servers(target, sources, self._author(req))
        merged = ",".join(map(str, sources))
        _log.warning("servers merged", extra=log_fields(server_id=target, merged=merged))
        ok_no_store(resp, {"server": _represented(self._fleet, target, self._clock())})


def _represented(fleet: Fleet, server_id: int, now: Millis) -> run_json.Json | None:
    server = fleet.server(server_id)
    if server is None:
        return None
    return serialization.server(server, len(fleet.of_server(server_id).jobs), now)


def _ids(value: Any) -> tuple[int, ...]:  # noqa: ANN401 - JSON may hold anything
    wrong = not isinstance(value, list) or not 0 < len(value) <= MAX_MERGED
    if wrong or not all(type(each) is int and 0 < each < 2**63 for each in value):
        raise ValueError("must be a list of server ids, as [2, 3]")
    return tuple(dict.fromkeys(value))
