"""GET /jobs/{id}: the state of a backup, when it is due and why, and what its runs did."""

from typing import Any

import falcon

from api import explained, query
from api.errors import not_found
from api.page import rows
from api.page.drawing.charts import charts
from api.page.facts import facts
from api.page.forms.mutes import SPANS
from api.page.rendering import Page
from api.page.run_rows import history
from exporter.conditions.facts import muted_until
from exporter.fleet.views import JobView
from exporter.formatting import DisplayTime
from exporter.model import BACKUP, Status, StoredRun, is_unnamed
from exporter.store import RunFilter
from exporter.times import Millis

RUNS = 20
"""Runs on one page."""

CHARTED = 100
"""Runs in a chart: three months of a job that runs daily."""


class JobPage(Page):
    """A backup job by its id."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page."""
        now = self._clock()
        view = self._fleet.job(query.required_id(params["job_id"], "job"))
        if view is None:
            raise not_found("Job not found")
        facts = self._of_job(view, now) | self._of_runs(req, view.job.id, now)
        self._show(req, resp, "job", facts)

    def _of_job(self, view: JobView, now: Millis) -> dict[str, Any]:
        state = view.job.state
        return {
            "now": DisplayTime.from_timestamp(now, now),
            "row": rows.row(view, [], now),
            "server": view.server.shown_name,
            "facts": facts(view, state, now),
            "unnamed": is_unnamed(view.job.name),
            "duplicate": self._duplicate(view),
            "own_mute": muted_until(view.job.settings.muted, now),
            "server_mute": muted_until(view.server.muted, now),
            "spans": SPANS,
            "schedule": explained.why(view),
            "not_believed": explained.not_believed(view),
            "runs_by_status": dict(zip(Status, state.runs, strict=True)),
            "charts": charts(self._newest_backups(view.job.id)),
        }

    def _duplicate(self, view: JobView) -> JobView | None:
        other = view.possible_duplicate_of
        return None if other is None else self._fleet.job(other)

    def _of_runs(self, req: falcon.Request, job_id: int, now: Millis) -> dict[str, Any]:
        found = self._store.runs(RunFilter(job_id=job_id), query.cursor(req), RUNS + 1)
        page = found[:RUNS]
        following = query.format_cursor(*page[-1].stored.order) if found[RUNS:] else None
        return {"runs": history(self._store, page, now), "following": following}

    def _newest_backups(self, job_id: int) -> list[StoredRun]:
        """Return the newest backup runs, the oldest of them first."""
        chosen = RunFilter(job_id=job_id, operation=BACKUP)
        found = self._store.runs(chosen, None, CHARTED)
        return [each.stored for each in reversed(found) if each.stored.run.is_backup]
