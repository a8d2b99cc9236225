"""/servers/{id}/delete and /merge: each asks first, for it cannot be undone."""

import logging
from collections.abc import Mapping
from itertools import islice

import falcon

from api import query
from api.errors import ApiError, invalid
from api.page.forms.form import Asking, Done
from api.sessions import Session
from exporter.language import gettext as _
from exporter.logs import log_fields
from exporter.model import Server
from exporter.reports import Problem
from exporter.templating import short

OFFERED = 200
"""Servers whose names are offered to choose from; any other can be typed."""

_log = logging.getLogger(__name__)


class _AskingOfServer(Asking):
    def _server(self, params: Mapping[str, str]) -> Server:
        return self._services.server(query.required_id(params["server_id"], "server"))

    def _contents(self, server: Server) -> dict[str, int]:
        """Return how many jobs and runs a server has."""
        jobs, errored = self._services.fleet.of_server(server.id)
        runs = sum(sum(view.job.state.runs) for view in jobs)
        return {"jobs": len(jobs) + len(errored), "runs": runs}


class DeleteServer(_AskingOfServer):
    """Removes a server with its jobs and runs."""

    template = "delete_server"

    def _asked(self, req: falcon.Request, **params: str) -> dict[str, object]:
        server = self._server(params)
        return {"server": server, **self._contents(server)}

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        server = self._server(params)
        self._services.store.delete_server(server.id, self._services.author(session))
        _log.warning("server deleted", extra=log_fields(server_id=server.id, session=session.id))
        told = _("The server {server} was deleted with its backups and runs.")
        return Done(told.format(server=short(server.shown_name)), "/")


class MergeServers(_AskingOfServer):
    """Makes another server part of one: first it asks which, then whether really."""

    template = "merge_servers"

    def _asked(self, req: falcon.Request, **params: str) -> dict[str, object]:
        server, typed = self._server(params), req.get_param("other") or ""
        facts: dict[str, object] = {"server": server, "typed": typed, "wrong": None, "other": None}
        if typed:
            try:
                other = self._other(server, typed)
                return {**facts, "other": other, **self._contents(other)}
            except ApiError as error:
                facts["wrong"] = error.message
        offered = (each for each in self._services.fleet.servers() if each.id != server.id)
        return {**facts, "offered": list(islice(offered, OFFERED))}

    def _other(self, server: Server, text: str) -> Server:
        other = query.find_server(self._services.fleet, text)
        if other.id == server.id:
            problem = Problem("other", "must be another server")
            raise invalid("A server cannot be merged into itself", problem)
        return other

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        server = self._server(params)
        other = self._services.server(query.required_id(fields.get("other", ""), "server"))
        self._other(server, str(other.id))
        self._services.store.merge_servers(server.id, [other.id], self._services.author(session))
        told = log_fields(server_id=server.id, merged=str(other.id), session=session.id)
        _log.warning("servers merged", extra=told)
        names = {"other": short(other.shown_name), "server": short(server.shown_name)}
        return Done(_("{other} is part of {server} now.").format(**names))
