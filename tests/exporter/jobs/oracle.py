"""The state of a job computed from the whole list of its runs, value by value."""

from collections.abc import Callable, Iterable, Sequence
from itertools import dropwhile, takewhile
from typing import TypeVar

from msgspec.structs import replace

from exporter.jobs.copies import CopyingRun, KnownCopy, SecondCopies
from exporter.jobs.destination import Destination, Quota, Stored
from exporter.jobs.history import (
    CompletedRun,
    GoodRun,
    MeasuredRun,
    PastRun,
    RecentRun,
    ReportedRun,
    RunTimestamp,
    newest_starts,
)
from exporter.jobs.space import FreeSpace
from exporter.jobs.state import JobState
from exporter.model import CopyOutcome, Status, StoredRun, Verification, believed
from exporter.times import DAY, MINUTE, Millis

Value = TypeVar("Value")

GOOD = (Status.SUCCESS, Status.WARNING)
BAD = (Status.ERROR, Status.FATAL, Status.UNKNOWN)
STOPPED = (Status.INTERRUPTED,)
WORSE = (*GOOD, *STOPPED, Status.UNKNOWN, Status.ERROR, Status.FATAL)


def state_of(history: Iterable[StoredRun]) -> JobState:
    """Return the state of a job that had these runs and no other."""
    runs = sorted(history, key=lambda run: run.order)
    backups = [run for run in runs if run.run.is_backup]
    decided = last(backups, *GOOD, *BAD)
    return JobState(
        runs=counted(backups),
        uploaded_bytes=total(run.run.counts.uploaded_bytes for run in backups),
        last=last(backups, *Status),
        last_completed=good(last(backups, *GOOD)),
        last_complete=measured(last(backups, *GOOD, Status.ERROR, Status.UNKNOWN)),
        consecutive_failures=in_a_row(backups, BAD, GOOD),
        recent=tuple(map(recent, backups))[-20:],
        completed=tuple(completed(run) for run in backups if run.run.status in GOOD)[-21:],
        tested=max(tests(runs), key=lambda each: (each.at, WORSE.index(each.status)), default=None),
        starts=newest_starts(tuple(run.started for run in backups)),
        reported=tuple(reported(backups))[-10:],
        verified=latest(verified(runs)),
        interrupted_runs=in_a_row(backups, STOPPED, (*GOOD, *BAD)),
        decided=None if decided is None else PastRun(decided.started, decided.id),
        destination=destination(backups),
        copies=copies(backups),
        restored=latest(ends(runs, "Restore")),
        compacted=latest([*ends(runs, "Compact"), *compacted(runs)]),
        first_start=min((run.started for run in backups), default=None),
        last_failed=max(failures(backups), key=lambda each: each.timestamp, default=None),
        dry_until=latest(reported_until(run) for run in runs if run.run.dry_run),
    )


def reported_until(run: StoredRun) -> Millis:
    """Return when the last live run started that is this one or came before it."""
    ended = run.started if run.run.ended is None else right(run, run.run.ended)
    return max(run.started + MINUTE, min(ended, run.received))


def counted(backups: Sequence[StoredRun]) -> tuple[int, int, int, int, int, int]:
    """Count runs by status."""
    one, two, three, four, five, six = (
        sum(run.run.status is status for run in backups) for status in Status
    )
    return one, two, three, four, five, six


def total(told: Iterable[int | None]) -> int | None:
    """Add what was told."""
    known = [each for each in told if each is not None]
    return sum(known) if known else None


def last(backups: Sequence[StoredRun], *statuses: Status) -> StoredRun | None:
    """Return the newest run with one of some statuses."""
    return newest_where(backups, lambda run: run if run.run.status in statuses else None)


def newest_where(
    backups: Sequence[StoredRun], value: Callable[[StoredRun], Value | None]
) -> Value | None:
    """Return what the newest run tells that tells it."""
    told = [value(run) for run in backups]
    return next((each for each in reversed(told) if each is not None), None)


def good(run: StoredRun | None) -> GoodRun | None:
    """Return what is kept of the last completed run."""
    if run is None:
        return None
    return GoodRun(run.started, run.id, believed.over(run), run.run.status)


def measured(run: StoredRun | None) -> MeasuredRun | None:
    """Return what is kept of the last run that read its whole source."""
    if run is None:
        return None
    counts = run.run.counts
    return MeasuredRun(run.started, run.id, counts.examined_files, counts.examined_bytes)


def in_a_row(
    backups: Sequence[StoredRun], counting: Sequence[Status], ending: Sequence[Status]
) -> int:
    """Count runs back to the newest one that ends the row; what is neither is passed over."""
    row = takewhile(lambda run: run.run.status not in ending, reversed(backups))
    return sum(run.run.status in counting for run in row)


def right(run: StoredRun, told: Millis) -> Millis:
    """Return a moment by the right clock, at most five minutes after the report came."""
    ahead = 0 if run.run.began is None else run.run.began - run.started
    return max(min(told - ahead, run.received + 5 * MINUTE), 0)


def test_of(run: StoredRun) -> Verification | None:
    """Return the test of stored files that a run told of."""
    told = run.run.verification
    return None if told is None else Verification(right(run, told.at), told.status)


def recent(run: StoredRun) -> RecentRun:
    """Return what the deadline asks of a run; one that tells no length took until its report."""
    told = length(run)
    took = until_over(run) if told is None else told
    return RecentRun(run.started, run.id, None if took > 35 * DAY else took, run.run.status.code)


def until_over(run: StoredRun) -> Millis:
    """Return how long it is from a run's start to its end, or to its report."""
    end = run.received
    if run.run.ended is not None and run.run.began == run.started:
        end = min(run.run.ended, run.received + 5 * MINUTE)
    return max(end - run.started, 0)


def length(run: StoredRun) -> Millis | None:
    """Return how long a run tells that it took, where its begin is believed."""
    if run.run.duration is None or run.run.began != run.started:
        return None
    told = min(run.run.duration, run.received - run.started + 5 * MINUTE)
    return told if told <= 35 * DAY else None


def completed(run: StoredRun) -> CompletedRun:
    """Return what later runs are measured against."""
    counts = run.run.counts
    return CompletedRun(
        run.started, run.id, length(run), counts.examined_bytes, counts.changed_files
    )


def tests(runs: Iterable[StoredRun]) -> list[Verification]:
    """Return the tests of stored files that nobody stopped."""
    found = [test_of(run) for run in runs]
    return [each for each in found if each and each.status is not Status.INTERRUPTED]


def verified(runs: Iterable[StoredRun]) -> list[Millis]:
    """Return the ends of tests that found no fault, but those of runs that died."""
    alive = [run for run in runs if run.run.status is not Status.FATAL]
    return [each.at for each in tests(alive) if each.status in GOOD]


def reported(backups: Iterable[StoredRun]) -> list[ReportedRun]:
    """Return when runs told that the next is planned, by the right clock."""
    return [
        ReportedRun(
            run.started, run.id, run.run.next_scheduled - (run.run.began or 0) + run.started
        )
        for run in backups
        if run.run.next_scheduled is not None
    ]


def ends(runs: Iterable[StoredRun], operation: str) -> list[Millis]:
    """Return when the runs of an operation ended that ended well."""
    good = [run for run in runs if run.run.operation == operation and run.run.status in GOOD]
    return [
        run.started if run.run.ended is None else right(run, run.run.ended)
        for run in good
        if not run.run.dry_run
    ]


def compacted(runs: Iterable[StoredRun]) -> list[Millis]:
    """Return when a compact within a run ended well."""
    told = [run for run in runs if run.run.compacted is not None and not run.run.dry_run]
    return [right(run, run.run.compacted or 0) for run in told]


def latest(timestamps: Iterable[Millis]) -> Millis | None:
    """Return the latest of moments."""
    return max(timestamps, default=None)


def failures(backups: Iterable[StoredRun]) -> list[RunTimestamp]:
    """Return the failed runs with their arrivals."""
    failed = [run for run in backups if run.run.status in BAD]
    return [RunTimestamp(run.started, run.id, run.received) for run in failed]


def destination(backups: Sequence[StoredRun]) -> Destination:
    """Return what the newest runs tell of the destination, each value by the one that told it."""
    return Destination(
        newest_where(backups, stored),
        newest_where(backups, quota),
        newest_where(backups, version),
        free_space(backups),
    )


def stored(run: StoredRun) -> Stored | None:
    """Return what is stored, where the run looked."""
    counts = run.run.counts
    if not run.run.newest_version and not counts.stored_bytes and not counts.versions:
        return None
    return Stored(run.started, run.id, counts.stored_bytes, counts.versions)


def quota(run: StoredRun) -> Quota | None:
    """Return the room at the destination, where either figure is above zero."""
    free, whole = run.run.counts.quota_free_bytes, run.run.counts.quota_total_bytes
    if (free or 0) <= 0 and (whole or 0) <= 0:
        return None
    free = None if free is None or free < 0 else free
    return Quota(run.started, run.id, free, above_zero(whole))


def free_space(backups: Sequence[StoredRun]) -> tuple[FreeSpace, ...]:
    """Return the last figure of each of the last eight days of a month that have one."""
    of_days: dict[int, FreeSpace] = {}
    for run in backups:
        found = quota(run)
        if found is not None and found.free_bytes is not None:
            of_days[run.started // DAY] = FreeSpace(run.started, run.id, found.free_bytes)
    newest = max((each.started for each in of_days.values()), default=0)
    near = [each for each in of_days.values() if newest - each.started <= 31 * DAY]
    return tuple(near[-8:])


def above_zero(size: int | None) -> int | None:
    """Return a size that says something."""
    return size if size is not None and size > 0 else None


def version(run: StoredRun) -> RunTimestamp | None:
    """Return the newest version."""
    told = run.run.newest_version
    return None if told is None else RunTimestamp(run.started, run.id, right(run, told))


def copies(backups: Sequence[StoredRun]) -> SecondCopies:
    """Return what is known of second copies, from the first run on that told of one."""
    telling = [run for run in backups if run.run.copying and run.run.status not in STOPPED]
    behind = list(dropwhile(lambda run: outcome(run) is CopyOutcome.UNTOLD, telling))
    runs = [CopyingRun(run.started, run.id, outcome(run), run.run.status) for run in behind]
    known = [known_copy(behind, name) for name in sorted({*destinations(behind)})]
    return SecondCopies(tuple(known), tuple(runs[-30:]), behind[0].order if behind else None)


def outcome(run: StoredRun) -> CopyOutcome:
    """Return what a run told of second copies."""
    assert run.run.copying is not None
    return run.run.copying.outcome


def destinations(runs: Iterable[StoredRun]) -> list[str]:
    """Return the second destinations that runs named."""
    return [each.destination for run in runs if run.run.copying for each in run.run.copying.copies]


def known_copy(runs: Sequence[StoredRun], name: str) -> KnownCopy:
    """Return the last copy to a destination and the ends of all."""
    made = [
        (run.order, replace(copy, at=right(run, copy.at)))
        for run in runs
        for copy in (run.run.copying.copies if run.run.copying else ())
        if copy.destination == name
    ]
    order, newest = made[-1]
    return KnownCopy(order, newest, tuple(sorted({copy.at for _, copy in made}))[-10:])
