"""GET /jobs/{id}: the state of a backup, when it is due and why, and what its runs did."""

from collections.abc import Callable
from typing import Any

import falcon
from msgspec.structs import replace

from api import explained, query
from api.errors import not_found
from api.page import rows
from api.page.attempts import attempt_of
from api.page.changes import last_changes
from api.page.destination import space
from api.page.drawing.charts import FREE_SPACE, MARKS, charts, table
from api.page.facts import facts, with_reasons
from api.page.favicons import favicon
from api.page.forms.job_settings import JobFields
from api.page.forms.mutes import SPANS
from api.page.gaps import between, missed
from api.page.rendering import Page
from api.page.run_rows import history, with_absences
from api.page.top import TopLines
from api.page.unreported import unreported
from api.session_cookie import session_of
from exporter.conditions.counts import StatusSummary
from exporter.conditions.facts import muted_until
from exporter.conditions.faults import of_server
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.formatting import DisplayTime
from exporter.jobs.job import Job
from exporter.language import marked
from exporter.model import Status, StoredRun, is_unnamed
from exporter.model.audit import AuditFilter
from exporter.schedule.missed import Gap
from exporter.store import JobRun, PastRun, RunFilter, Store
from exporter.times import Millis

RUNS = 20
"""Runs on one page."""

CHARTED = 100
"""Runs in a chart: three months of a job that runs daily."""


class JobPage(Page):
    """A backup job by its id."""

    template = "job"

    def __init__(
        self, store: Store, fleet: Fleet, clock: Callable[[], Millis], top: TopLines
    ) -> None:
        super().__init__(store, fleet, clock)
        self._top = top

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page."""
        self._show(req, resp, self.template, self.facts(req, **params))

    def facts(self, req: falcon.Request, **params: str) -> dict[str, Any]:
        """Return what the page shows.

        Raises:
            ApiError: there is no such job.
        """
        now = self._clock()
        view = self._fleet.job(query.required_id(params["job_id"], "job"))
        if view is None:
            raise not_found(marked("Job not found"))
        of_job = self._of_job(req, view, now) | self._of_forms(req, view, now)
        missing = unreported(view, self._top.refusals, now)
        return of_job | self._of_all(view, now) | {"unreported": missing}

    def _of_all(self, view: JobView, now: Millis) -> dict[str, Any]:
        """Return what is wrong beside the job, and the icon for both."""
        found = of_server(self._top.faults(now), view.server, self._fleet.servers)
        summary = StatusSummary.from_views([view], now)
        return {
            "lines": self._top.lines(found, (), now),
            "favicon": favicon(summary, found),
        }

    def _of_job(self, req: falcon.Request, view: JobView, now: Millis) -> dict[str, Any]:
        state, since = view.job.state, self._watched_since(view.job.id)
        newest, cursor = self._newest_backups(view.job), query.cursor(req)
        listed = self._store.runs(RunFilter(job_id=view.job.id), cursor, RUNS + 1)
        gaps = missed(view, state, _past(newest), since, now)
        row = rows.row(view, [], since, now)
        told = with_reasons(row.held, state, [*newest, *(each.stored for each in listed)])
        older = between(view, state, _past(_backups(listed)), since)
        return {
            "now": DisplayTime.from_timestamp(now, now),
            "row": replace(row, held=told),
            "server": view.server.shown_name,
            "facts": facts(view, state, now),
            "space": space(state.destination, now),
            "tags": view.tags,
            "unnamed": is_unnamed(view.job.name),
            "gone": view.health.gone is not None,
            "gone_confirmed": view.health.gone_confirmed,
            "duplicate": self._duplicate(view),
            "own_mute": muted_until(view.job.settings.muted, now),
            "server_mute": muted_until(view.server.muted, now),
            "spans": SPANS,
            "schedule": explained.why(view),
            "not_believed": explained.not_believed(view),
            "runs_by_status": dict(zip(Status, state.runs, strict=True)),
            **_drawn(newest, gaps),
            **self._of_runs(listed, gaps if cursor is None else older, now),
        }

    def _watched_since(self, job_id: int) -> Millis:
        """Return since when runs of a job are expected as they are now."""
        return max(self._fleet.created, self._store.rescheduled([job_id]).get(job_id, 0))

    def _duplicate(self, view: JobView) -> JobView | None:
        other = view.possible_duplicate_of
        return None if other is None else self._fleet.job(other)

    def _of_forms(self, req: falcon.Request, view: JobView, now: Millis) -> dict[str, Any]:
        """Return what only people who are signed in are shown."""
        if session_of(req) is None:
            return {"changes": []}
        changes = last_changes(self._store, self._fleet, AuditFilter(job_id=view.job.id), now)
        return {
            "changes": changes,
            "form": JobFields.of(view.job.settings, attempt_of(req)),
        }

    def _of_runs(self, found: list[JobRun], gaps: list[Gap], now: Millis) -> dict[str, Any]:
        """Return the rows of a page of runs; one more than those was looked up."""
        page = found[:RUNS]
        following = query.format_cursor(*page[-1].stored.order) if found[RUNS:] else None
        shown = with_absences(page, history(self._store, page, now), gaps, now)
        return {"runs": shown, "following": following}

    def _newest_backups(self, job: Job) -> list[StoredRun]:
        """Return the newest runs that count, the oldest of them first."""
        chosen = RunFilter(job_id=job.id, operation=job.kind.operation)
        return _backups(self._store.runs(chosen, None, CHARTED))


def _drawn(runs: list[StoredRun], gaps: list[Gap]) -> dict[str, Any]:
    """Return the charts of runs, their values as a table, and the marks to be explained."""
    drawn = charts(runs, gaps)
    used = {mark.name for chart in drawn for mark in chart.marks}
    marks = {name: shape for name, shape in MARKS.items() if name in used}
    return {
        "charts": drawn,
        "space_chart": next((each for each in drawn if each.title == FREE_SPACE.title), None),
        "charted": table(drawn),
        "marks": marks,
    }


def _backups(found: list[JobRun]) -> list[StoredRun]:
    """Return the backups among runs, the oldest first."""
    return [each.stored for each in reversed(found) if each.stored.run.is_backup]


def _past(runs: list[StoredRun]) -> list[PastRun]:
    return [PastRun(each.id, each.started, each.run.status, each.run.duration) for each in runs]
