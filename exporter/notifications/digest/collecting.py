"""Collects what a digest says: the runs of a span from the store, the jobs from memory."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec import Struct

from exporter.conditions.counts import StatusSummary
from exporter.conditions.evaluate import EvaluatedJob, evaluate_all
from exporter.conditions.faults import Fault
from exporter.conditions.since import since
from exporter.fleet import Fleet
from exporter.jobs.health import VERIFIED_OK
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import Server, Status
from exporter.notifications.digest.facts import (
    Amounts,
    CopyFact,
    DigestFacts,
    JobFacts,
    VerificationFact,
)
from exporter.notifications.digest.span import Span
from exporter.notifications.matching import matches_job
from exporter.store import RunCounts, Store
from exporter.times import DAY, Millis


class Choice(Struct, frozen=True):
    """The jobs of a digest: server and name match one of the patterns each, all tags are there."""

    servers: tuple[str, ...] = ("*",)
    backups: tuple[str, ...] = ("*",)
    tags: tuple[str, ...] = ()

    def has(self, server: Server, job: Job) -> bool:
        """Return whether a job is in the digest."""
        return matches_job(self, server, job)


class Sources(NamedTuple):
    """Where a digest has its facts from. `faults` returns what is wrong beside the jobs."""

    store: Store
    fleet: Fleet
    faults: Callable[[Millis], tuple[Fault, ...]]


_ALL = Choice()


def collect(sources: Sources, span: Span, choice: Choice = _ALL) -> DigestFacts:
    """Return the facts of a span up to the present.

    Raises:
        StoreUnavailableError: the store does not answer.
    """
    snapshot = sources.fleet.snapshot(span.until)
    views = [view for view in snapshot.jobs if choice.has(view.server, view.job)]
    evaluated = evaluate_all(views, span.until)
    counts = {each.job_id: each for each in sources.store.run_counts(*span)}
    jobs = [_job(each, counts.get(each.view.job.id), span) for each in evaluated]
    return DigestFacts(
        span=span,
        summary=StatusSummary.counting(
            evaluated, _errored(sources.fleet, snapshot.errored, choice)
        ),
        jobs=sorted(jobs, key=lambda job: job.order),
        totals=Amounts.total(job.amounts for job in jobs),
        faults=sources.faults(span.until),
    )


def _errored(fleet: Fleet, job_ids: Sequence[int], choice: Choice) -> int:
    """Return how many of the jobs that could not be evaluated are in a digest."""
    return sum(choice.has(*place) for place in filter(None, map(fleet.place, job_ids)))


def _job(evaluated: EvaluatedJob, counts: RunCounts | None, span: Span) -> JobFacts:
    view, held = evaluated
    state = view.job.state
    return JobFacts(
        id=view.job.id,
        name=view.job.label,
        server=view.server,
        held=held,
        since=_past(since(view, state, held[0]), span.until),
        reason=_reason(state),
        last_success=_last_success(state, span.until),
        amounts=_amounts(state, counts, span),
        test=_test(state, span.until),
        full_in_days=_full_in_days(state, span.until),
        copies=tuple(
            CopyFact(known.copy.destination, min(known.copy.at, span.until))
            for known in state.copies.known
        ),
        copies_missed=state.copies.missed or 0,
        muted=_muted(view.server.muted, view.job.settings.muted, span.until),
    )


def _past(at: Millis | None, now: Millis) -> Millis | None:
    """Return a time, unless it is in the future of a wrong clock."""
    return None if at is None or at > now else at


def _reason(state: JobState) -> str | None:
    last = state.last
    return None if last is None or last.run.status is Status.SUCCESS else last.run.reason


def _last_success(state: JobState, now: Millis) -> Millis | None:
    """Return when the last run with a usable version ended; a wrong clock's end is its start."""
    good = state.last_completed
    if good is None:
        return None
    return good.started if good.over > now else good.over


def _amounts(state: JobState, counts: RunCounts | None, span: Span) -> Amounts:
    measured, stored = state.last_complete, state.destination.stored
    source = None if measured is None else measured.examined_bytes
    sizes = Amounts(source=source, stored=None if stored is None else stored.stored_bytes)
    if counts is None:
        return sizes
    return sizes._replace(
        runs=counts.runs,
        failed=counts.failed,
        interrupted=counts.interrupted,
        uploaded=counts.uploaded_bytes,
        growth=_growth(state, counts, span),
    )


def _growth(state: JobState, counts: RunCounts, span: Span) -> int | None:
    """Return by how much the newest run of the span found more than an earlier one."""
    measured, earlier = state.last_complete, counts.earlier
    if measured is None or measured.examined_bytes is None or earlier is None:
        return None
    if measured.started < span.since or measured.started <= earlier.started:
        return None
    return measured.examined_bytes - earlier.examined_bytes


def _test(state: JobState, now: Millis) -> VerificationFact | None:
    tested = state.tested
    if tested is None:
        return None
    return VerificationFact(min(tested.at, now), tested.status in VERIFIED_OK)


def _full_in_days(state: JobState, now: Millis) -> float | None:
    full_at = state.destination.full_at
    return None if full_at is None else max(full_at - now, 0) / DAY


def _muted(server: Millis | None, job: Millis | None, now: Millis) -> Millis | None:
    """Return until when nobody is notified of a job; None if somebody is."""
    latest = max(server or 0, job or 0)
    return latest if latest > now else None
