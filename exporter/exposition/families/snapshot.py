"""A job at the time of a scrape, and the helpers that define its families."""

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from exporter.exposition.families.family import Family, Sample
from exporter.fleet.live_runs import Running
from exporter.fleet.views import JobView
from exporter.jobs.state import Baseline, JobState
from exporter.model import Counts, JobKind, StoredRun
from exporter.schedule import Expectation
from exporter.times import SECOND, Millis


class JobSnapshot(Struct, frozen=True):
    """A job at the time of a scrape."""

    state: JobState
    baseline: Baseline
    expectation: Expectation | None
    overdue: bool
    labels: tuple[str, str, str]
    running: Running | None = None
    stalled: bool = False
    failing: bool = False
    tags: tuple[str, ...] = ()
    unreported: Millis | None = None
    kind: JobKind = JobKind.BACKUP
    gone: Millis | None = None

    @classmethod
    def from_view(cls, view: JobView, now: Millis) -> "JobSnapshot":
        """Return the snapshot of a job, with the values of `JOB_LABELS`."""
        state = view.job.state
        labels = (str(view.server.id), view.server.name, view.job.name)
        unreported = view.unreported(now)
        return cls(
            state,
            state.baseline(),
            view.expectation,
            view.overdue(now),
            labels,
            view.running,
            view.stalled(now),
            view.failing,
            view.tags,
            None if unreported is None else unreported.last_reported,
            view.job.kind,
            None if view.health.gone_confirmed else view.health.gone,
        )


JOB_LABELS = ("server_id", "server", "backup")


def label_of_tags(tags: Sequence[str]) -> str:
    """Return tags with a comma before and behind each, so that ``.*,prod,.*`` finds that one."""
    return f",{','.join(tags)}," if tags else ""


def seconds(length: float | None) -> float | None:
    """Return milliseconds as seconds."""
    return None if length is None else length / SECOND


def of_job(
    name: str,
    text: str,
    value: Callable[[JobSnapshot], float | None],
    kind: Literal["gauge", "counter"] = "gauge",
) -> Family[JobSnapshot]:
    """Return a family with one value of a job, without a sample where it is None."""

    def samples(job: JobSnapshot) -> Sequence[Sample]:
        found = value(job)
        return () if found is None else (Sample(job.labels, found),)

    return Family(f"duplistatus_backup_{name}", text, kind, JOB_LABELS, samples, value)


def of_last(
    name: str, text: str, value: Callable[[StoredRun], float | None]
) -> Family[JobSnapshot]:
    """Return a family with a value of the last run, however it ended."""

    def of_it(job: JobSnapshot) -> float | None:
        last = job.state.last
        return None if last is None else value(last)

    return of_job(name, text, of_it)


def last_count(name: str, text: str, value: Callable[[Counts], int | None]) -> Family[JobSnapshot]:
    """Return a family with a count of the last run."""
    return of_last(name, text, lambda last: value(last.run.counts))
