"""Adding the runs of one database that another does not know, as if their reports came again.

A copy keeps the ids, and later runs have higher ones. So runs after the last one that both have
came after the copy, and missing runs before it were removed on purpose. Daemons that share a
PostgreSQL take ids in blocks: there the time of arrival shows which are the last.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from exporter.store.copying.copier import OnProgress, Snapshot, Source
from exporter.store.copying.rebuilding import Rebuilt, rebuilt
from exporter.store.errors import LimitReachedError
from exporter.store.interface import Store
from exporter.store.session import Row
from exporter.times import MINUTE, Millis

BATCH = 250
"""Reports in one commit: those that are posted meanwhile wait for it, about 50 ms."""

_RUNS = "SELECT id, started, received, operation FROM runs ORDER BY id"
_OVERLAP: Millis = 5 * MINUTE
"""A new run may have come this much earlier than the last run that both have: a snapshot does not
have the commits that were in progress."""


class Added(NamedTuple):
    """The numbers of runs that were not known by their ids, by outcome."""

    recorded: int
    known: int
    refused: int


def missing_runs(source: Source, target: Source) -> list[int]:
    """Return the ids of the runs that came to a database after it was copied to another.

    Raises:
        StoreError: one of them cannot be read.
    """
    return source.read(lambda own: target.read(lambda other: _missing(own, other)))


def add_runs(source: Source, ids: Sequence[int], store: Store, on_progress: OnProgress) -> Added:
    """Record runs of a database in a store, which other daemons may use.

    Raises:
        StoreError: the database cannot be read.
        StoreUnavailableError: the store does not answer; what was recorded stays.
    """
    added = Added(0, 0, 0)
    for first in range(0, len(ids), BATCH):
        on_progress(first, len(ids), "runs")
        reports = source.read(_asking_for(ids[first : first + BATCH]))
        added = _sum(added, _recorded(store, reports))
    return added


def _asking_for(ids: Sequence[int]) -> Callable[[Snapshot], list[Rebuilt]]:
    return lambda snapshot: rebuilt(snapshot.db, ids)


def _missing(own: Snapshot, other: Snapshot) -> list[int]:
    """Return the ids of runs that came after the copy, in the order in which they came."""
    unknown, last_id, last_received = [], 0, 0
    others = _rows(other)
    theirs = next(others, None)
    for row in _rows(own):
        while theirs is not None and theirs[0] < row[0]:
            theirs = next(others, None)
        if theirs == row:
            last_id, last_received = row[0], max(last_received, row[2])
        else:
            unknown.append((row[2], row[0]))
    late = last_received - _OVERLAP
    return [run_id for received, run_id in sorted(unknown) if run_id > last_id or received > late]


def _rows(snapshot: Snapshot) -> Iterator[Row]:
    for page in snapshot.pages(_RUNS):
        yield from page


def _recorded(store: Store, reports: Sequence[Rebuilt]) -> Added:
    """Record reports in one commit; if one of them fails, each in its own."""
    came = [each for each in reports if not each.is_placeholder]
    try:
        outcomes = store.record_all([(each.report, each.delivery) for each in came])
    except LimitReachedError:
        added = _sum(*(_record_alone(store, each) for each in came))
    else:
        new = sum(outcome.new for outcome in outcomes)
        added = Added(new, len(outcomes) - new, 0)
    placeholders = [each for each in reports if each.is_placeholder]
    return _sum(added, _record_placeholders(store, placeholders))


def _record_alone(store: Store, rebuilt_report: Rebuilt) -> Added:
    try:
        (outcome,) = store.record_all([(rebuilt_report.report, rebuilt_report.delivery)])
    except LimitReachedError:
        return Added(0, 0, 1)
    return Added(1, 0, 0) if outcome.new else Added(0, 1, 0)


def _record_placeholders(store: Store, placeholders: Sequence[Rebuilt]) -> Added:
    """Record runs that failed without a report as placeholders, if their jobs are known."""
    recorded = 0
    for each in placeholders:
        job_id = _job_of(store, each)
        if job_id is not None:
            outcome = store.record_placeholder(job_id, each.report, each.delivery)
            recorded += outcome is not None
    return Added(recorded, len(placeholders) - recorded, 0)


def _job_of(store: Store, rebuilt_report: Rebuilt) -> int | None:
    """Return the job that a report would be recorded for; None if it is not new."""
    try:
        (outcome,) = store.dry_run([(rebuilt_report.report, rebuilt_report.delivery)])
    except LimitReachedError:
        return None
    jobs = {job.id for job in store.snapshot().jobs}
    return outcome.job.id if outcome.new and outcome.job.id in jobs else None


def _sum(*each: Added) -> Added:
    return Added(*(sum(values) for values in zip(*each, strict=True)))
