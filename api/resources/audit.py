"""GET /api/audit: who changed what, and when."""

import falcon

from api import query
from api.responses import GetResource, success
from exporter.auth import Scope
from exporter.model.audit import AuditEntry, AuditFilter
from exporter.model.run_json import Json, timestamp
from exporter.store import Store


class Audit(GetResource):
    """The changes that people made, newest first, paged."""

    to_read = Scope.MANAGE  # it says who did what

    def __init__(self, store: Store) -> None:
        self._store = store

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with a page; what is gone can still be asked for by its id."""
        limit, last = query.limit(req), query.cursor(req)
        chosen = AuditFilter(query.entry_id(req, "server"), query.entry_id(req, "job"))
        found = self._store.audit(chosen, last[1] if last else None, limit + 1)
        page = found[:limit]
        data = {
            "audit": [_entry(each) for each in page],
            "nextCursor": (query.format_cursor(0, page[-1].id) if len(found) > limit else None),
        }
        success(req, resp, data)


def _entry(entry: AuditEntry) -> Json:
    return {
        "id": entry.id,
        "at": timestamp(entry.at),
        "who": entry.who,
        "what": entry.what,
        "serverId": entry.server_id,
        "server": entry.server,
        "jobId": entry.job_id,
        "job": entry.job,
        "details": entry.details,
    }
