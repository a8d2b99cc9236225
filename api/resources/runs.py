"""GET /api/backups and /api/backups/{id}: the recorded runs."""

import falcon

from api import query
from api.errors import not_found
from api.responses import GetResource, success
from exporter.fleet import Fleet
from exporter.model import StoredRun, run_json
from exporter.reports.fields import MAX_NAME
from exporter.store import RunFilter, Store


class Backups(GetResource):
    """The runs, newest first, paged and filtered."""

    def __init__(self, store: Store, fleet: Fleet) -> None:
        self._store = store
        self._fleet = fleet

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with a page."""
        limit = query.limit(req)
        found = self._store.runs(self._filter(req), query.cursor(req), limit + 1)
        page = found[:limit]
        data = {
            "backups": [_represented(self._fleet, run.job_id, run.stored) for run in page],
            "nextCursor": (
                query.format_cursor(*page[-1].stored.order) if len(found) > limit else None
            ),
        }
        success(req, resp, data)

    def _filter(self, req: falcon.Request) -> RunFilter:
        return RunFilter(
            server_id=query.server_parameter(req, self._fleet),
            job_id=query.entry_id(req, "job"),
            status=query.status(req),
            operation=(req.get_param("operation") or "")[:MAX_NAME] or None,
            since=query.timestamp(req, "since"),
            until=query.timestamp(req, "until"),
        )


class BackupResource(GetResource):
    """One run with everything its report counted and its log lines."""

    def __init__(self, store: Store, fleet: Fleet) -> None:
        self._store = store
        self._fleet = fleet

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the run."""
        detail = self._store.run(query.required_id(params["run_id"], "backup"))
        if detail is None:
            raise not_found("Backup not found")
        backup = {
            **_represented(self._fleet, detail.job_id, detail.stored),
            **run_json.besides(detail.stored),
            "counted": detail.counted,
            **run_json.messages(detail.log),
        }
        success(req, resp, {"backup": backup})


def _represented(fleet: Fleet, job_id: int, stored: StoredRun) -> run_json.Json:
    place = fleet.place(job_id)
    name, server_id = ("", 0) if place is None else (place[1].name, place[0].id)
    return run_json.run(name, server_id, job_id, stored)
