"""The rows of jobs, ready to be shown."""

from itertools import groupby

from msgspec import Struct

from api.page.drawing import sparklines
from api.page.drawing.sparklines import Spark, StatusStrip
from api.page.gaps import missed
from exporter import formatting
from exporter.conditions.causes import last_phase
from exporter.conditions.facts import ActiveCondition, Due, due, held, last_success, unposted
from exporter.fleet.live_runs import Running
from exporter.fleet.views import JobView
from exporter.formatting import DisplayTime
from exporter.language import gettext as _
from exporter.model import JobKind, Server
from exporter.model.conditions import Condition
from exporter.store import PastRun, Store
from exporter.times import Millis


class Progress(Struct, frozen=True):
    """The progress of a run: `done` is 0 to 100, None where it is unknown."""

    since: DisplayTime
    heard: DisplayTime
    stalled: bool
    phase: str | None
    done: int | None
    amounts: str


class Row(Struct, frozen=True):
    """A job as an overview shows it. The `size` of a run that was cut short `is_part` of it.

    `unposted` is when the last run ended, if it ended well and only Duplicati's server told so.
    """

    id: int
    name: str
    kind: JobKind
    server: Server
    held: tuple[ActiveCondition, ...]
    good: DisplayTime | None
    due: Due | None
    length: str | None
    size: str | None
    spark: Spark | None
    strip: StatusStrip | None
    progress: Progress | None
    failures: int
    interrupted: int
    is_part: bool
    unposted: DisplayTime | None

    @property
    def worst(self) -> Condition:
        """The worst condition of the job."""
        return self.held[0].condition


class Group(Struct, frozen=True):
    """Rows under the heading of a server, or without one."""

    server: Server | None
    rows: list[Row]


def groups(
    store: Store, views: list[JobView], since: Millis, now: Millis, *, grouped: bool
) -> list[Group]:
    """Return the rows of sorted jobs, grouped by server where that is wanted."""
    found = _rows(store, views, since, now)
    if not grouped:
        return [Group(None, found)]
    parted = [list(rows) for _, rows in groupby(found, key=lambda row: row.server.id)]
    return [Group(rows[0].server, rows) for rows in parted]


def _rows(store: Store, views: list[JobView], since: Millis, now: Millis) -> list[Row]:
    job_ids = [view.job.id for view in views]
    runs, changed = store.newest_backups(job_ids, sparklines.RUNS), store.rescheduled(job_ids)
    return [
        row(view, runs[view.job.id], max(since, changed.get(view.job.id, 0)), now) for view in views
    ]


def row(view: JobView, runs: list[PastRun], since: Millis, now: Millis) -> Row:
    """Return the row of a job with its newest runs; nothing was missed before `since`."""
    state = view.job.state
    gaps = missed(view, state, runs, since, now)
    last = None if state.last is None else state.last.run
    span = None if last is None else last.duration
    size = None if last is None else last.counts.examined_bytes
    return Row(
        id=view.job.id,
        name=view.job.name,
        kind=view.job.kind,
        server=view.server,
        held=held(view, state, now),
        good=last_success(state, now),
        due=due(view, now),
        length=None if span is None else formatting.duration(span),
        size=None if size is None else formatting.size(size),
        spark=sparklines.spark(runs),
        strip=sparklines.strip(runs, gaps),
        progress=None if view.running is None else progress(view, view.running, now),
        failures=state.consecutive_failures,
        interrupted=state.interrupted_runs,
        is_part=last is not None and last.status.is_cut_short,
        unposted=unposted(view, now),
    )


def progress(view: JobView, running: Running, now: Millis) -> Progress:
    """Return how far a run is."""
    run, reported = running.run, running.run.activity.progress
    return Progress(
        since=DisplayTime.from_timestamp(run.since, now),
        heard=DisplayTime.from_timestamp(run.heard, now),
        stalled=running.stalled(now),
        phase=last_phase(view),
        done=None if reported.ratio is None else int(reported.ratio * 100),
        amounts=_amounts(reported.bytes, reported.total_bytes),
    )


def _amounts(count: int | None, total: int | None) -> str:
    if count is None:
        return ""
    return (
        formatting.size(count)
        if total is None
        else _("%(size)s of %(total)s")
        % {"size": formatting.size(count), "total": formatting.size(total)}
    )
