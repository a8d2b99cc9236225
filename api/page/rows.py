"""The rows of jobs, ready to be shown."""

import re
from itertools import groupby

from msgspec import Struct

from api.page import sparklines
from api.page.sparklines import Spark, StatusStrip
from exporter import formatting
from exporter.conditions.evaluate import conditions
from exporter.conditions.since import since
from exporter.fleet.live_runs import Running
from exporter.fleet.views import JobView
from exporter.jobs.state import JobState
from exporter.model import Server, Status
from exporter.model.conditions import Condition
from exporter.model.mutes import muted_after
from exporter.store import PastRun, Store
from exporter.templating import short
from exporter.times import SECOND, Millis, format_timestamp

_MAX_PHASE_LENGTH = 40
_PHASE = re.compile(r"(?<=[a-z])(?=[A-Z])")


class DisplayTime(Struct, frozen=True):
    """A timestamp: in ISO 8601, to the second for humans, and relative to now."""

    stamp: str
    exact: str
    words: str

    @classmethod
    def from_timestamp(cls, timestamp: Millis, now: Millis) -> "DisplayTime":
        """Return how a timestamp is shown."""
        return cls(
            format_timestamp(timestamp),
            formatting.exact(timestamp),
            formatting.relative(timestamp, now),
        )


class ActiveCondition(Struct, frozen=True):
    """A condition that holds, since when, and until when where that is known."""

    condition: Condition
    since: DisplayTime | None
    until: DisplayTime | None = None


class Due(Struct, frozen=True):
    """When the next run is expected; `late` is how long ago its deadline was, for one overdue."""

    start: DisplayTime
    late: str | None
    late_stamp: str


class Progress(Struct, frozen=True):
    """The progress of a run: `done` is 0 to 100, None where it is unknown."""

    since: DisplayTime
    heard: DisplayTime
    stalled: bool
    phase: str | None
    done: int | None
    amounts: str


class Row(Struct, frozen=True):
    """A job as an overview shows it."""

    id: int
    name: str
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
    reason: str | None

    @property
    def worst(self) -> Condition:
        """The worst condition of the job."""
        return self.held[0].condition


class Group(Struct, frozen=True):
    """Rows under the heading of a server, or without one."""

    server: Server | None
    rows: list[Row]


def groups(store: Store, views: list[JobView], now: Millis, *, grouped: bool) -> list[Group]:
    """Return the rows of sorted jobs, grouped by server where that is wanted."""
    found = _rows(store, views, now)
    if not grouped:
        return [Group(None, found)]
    parted = [list(rows) for _, rows in groupby(found, key=lambda row: row.server.id)]
    return [Group(rows[0].server, rows) for rows in parted]


def _rows(store: Store, views: list[JobView], now: Millis) -> list[Row]:
    runs = store.newest_backups([view.job.id for view in views], sparklines.RUNS)
    return [row(view, runs[view.job.id], now) for view in views]


def row(view: JobView, runs: list[PastRun], now: Millis) -> Row:
    """Return the row of a job with its newest runs."""
    state = view.job.state
    last = None if state.last is None else state.last.run
    span = None if last is None else last.duration
    size = None if last is None else last.counts.examined_bytes
    return Row(
        id=view.job.id,
        name=view.job.name,
        server=view.server,
        held=held(view, state, now),
        good=good(state, now),
        due=due(view, now),
        length=None if span is None else formatting.duration(span),
        size=None if size is None else formatting.size(size),
        spark=sparklines.spark(runs),
        strip=sparklines.strip(runs),
        progress=None if view.running is None else progress(view.running, now),
        failures=state.consecutive_failures,
        interrupted=state.interrupted_runs,
        reason=_reason(state),
    )


def _reason(state: JobState) -> str | None:
    """Return why the last run was not a success."""
    last = state.last
    return None if last is None or last.run.status is Status.SUCCESS else last.run.reason


def held(view: JobView, state: JobState, now: Millis) -> tuple[ActiveCondition, ...]:
    """Return the conditions of a job, worst first, without times in the future of a wrong clock."""
    return tuple(_active(view, state, each, now) for each in conditions(view, now))


def _active(view: JobView, state: JobState, condition: Condition, now: Millis) -> ActiveCondition:
    at, until = since(view, state, condition), view.muted_until
    return ActiveCondition(
        condition,
        None if at is None or at > now else DisplayTime.from_timestamp(at, now),
        muted_until(until, now) if condition is Condition.MUTED else None,
    )


def muted_until(until: Millis | None, now: Millis) -> DisplayTime | None:
    """Return until when nobody is notified, None where that has passed."""
    found = muted_after(until, now)
    return None if found is None else DisplayTime.from_timestamp(found, now)


def good(state: JobState, now: Millis) -> DisplayTime | None:
    """Return when the last run with a usable version ended.

    An end in the future is of a wrong clock; the start was corrected when the report came.
    """
    last = state.last_completed
    if last is None:
        return None
    return DisplayTime.from_timestamp(last.started if last.over > now else last.over, now)


def due(view: JobView, now: Millis) -> Due | None:
    """Return when the next run is expected, or None where none is."""
    expected = view.expectation
    if expected is None:
        return None
    late = view.late(now)
    return Due(
        start=DisplayTime.from_timestamp(expected.start, now),
        late=formatting.length(late) if late else None,
        late_stamp=f"PT{late // SECOND}S",
    )


def progress(running: Running, now: Millis) -> Progress:
    """Return how far a run is."""
    run, reported = running.run, running.run.activity.progress
    return Progress(
        since=DisplayTime.from_timestamp(run.since, now),
        heard=DisplayTime.from_timestamp(run.heard, now),
        stalled=running.stalled(now),
        phase=None if reported.phase is None else short(_phase(reported.phase), _MAX_PHASE_LENGTH),
        done=None if reported.ratio is None else int(reported.ratio * 100),
        amounts=_amounts(reported.bytes, reported.total_bytes),
    )


def _phase(name: str) -> str:
    """Return Duplicati's name of a phase as words: ``Backup_ProcessingFiles``."""
    return _PHASE.sub(" ", name.removeprefix("Backup_").replace("_", " ")).lower()


def _amounts(count: int | None, total: int | None) -> str:
    if count is None:
        return ""
    return (
        formatting.size(count)
        if total is None
        else f"{formatting.size(count)} of {formatting.size(total)}"
    )
