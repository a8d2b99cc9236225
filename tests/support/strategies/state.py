"""Runs, histories of runs and what they belong to, for tests of the state and of the schedule."""

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.jobs.added import After
from exporter.jobs.folding import with_run
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import (
    BACKUP,
    COMPACT,
    RESTORE,
    Copying,
    CopyOutcome,
    Counts,
    JobSettings,
    Order,
    Run,
    SecondCopy,
    Server,
    Status,
    StoredRun,
    Verification,
)
from exporter.model.live import LiveStatus, Progress
from exporter.store import Change
from exporter.times import DAY, HOUR, MINUTE, Millis

START: Millis = 1_767_225_600_000
"""2026-01-01T00:00:00Z, a Thursday."""


def stored_run(
    started: Millis,
    *,
    run_id: int = 0,
    status: Status = Status.SUCCESS,
    operation: str = BACKUP,
    duration: Millis | None = MINUTE,
    counts: Counts | None = None,
    dry_run: bool = False,
    next_scheduled: Millis | None = None,
    verification: Verification | None = None,
    backup_id: str | None = None,
    destination_type: str | None = None,
    newest_version: Millis | None = None,
    compacted: Millis | None = None,
    copying: Copying | None = None,
    reason: str | None = None,
) -> StoredRun:
    """Build a run with a trusted start; its id follows from its start."""
    run = Run(
        operation=operation,
        status=status,
        began=started,
        ended=None if duration is None else started + duration,
        duration=duration,
        counts=counts or Counts(),
        dry_run=dry_run,
        next_scheduled=next_scheduled,
        verification=verification,
        backup_id=backup_id,
        destination_type=destination_type,
        reason=reason,
        newest_version=newest_version,
        compacted=compacted,
        copying=copying,
    )
    arrived = started + (duration or 0)
    return StoredRun(run_id or started % 1_000_000_007 + 1, started, arrived, run)


def fold(runs: Iterable[StoredRun], state: JobState | None = None) -> JobState:
    """Fold runs into a state in the order given, as the store does while they arrive."""
    state = state or JobState()
    arrived: list[StoredRun] = []
    for run in runs:
        arrived.append(run)
        state = with_run(state, run, lambda order: runs_after(arrived, order))
    return state


def runs_after(runs: Iterable[StoredRun], order: Order) -> After:
    """Count the backups after a place in the order of runs that did not complete."""
    backups = [stored for stored in runs if stored.run.is_backup and stored.order > order]
    interrupted = sum(stored.run.status is Status.INTERRUPTED for stored in backups)
    return After(sum(stored.run.status.failed for stored in backups), interrupted)


def whatever_order(state: JobState) -> JobState:
    """Return a state without what depends on the order of arrival.

    Runs without second copies are not kept before the first one: then a copy reported late has
    fewer runs after it.
    """
    return replace(state, copies=replace(state.copies, runs=()))


def server_named(
    name: str,
    server_id: int = 1,
    *,
    alias: str | None = None,
    machine_id: str | None = None,
    last_report: Millis = START,
) -> Server:
    """Build a server."""
    return Server(
        id=server_id,
        name=name,
        alias=alias,
        note=None,
        machine_id=machine_id,
        version="2.1.0.5",
        os="Linux",
        described=START,
        last_report=last_report,
    )


def job_named(name: str, runs: Sequence[StoredRun], job_id: int = 1, server_id: int = 1) -> Job:
    """Build a job with the state its runs add up to."""
    return Job.of(job_id, server_id, name, fold(runs), JobSettings())


def by_runs(state: JobState) -> JobState:
    """Return a state without what is told of a job beside its stored runs."""
    return replace(state, declared=None, listed=None, posted_since=None)


def change_of(server: Server, *jobs: Job) -> Change:
    """Build what the store returns when jobs of a server are recorded."""
    known = () if server.machine_id is None else ((server.machine_id, server.id),)
    return Change((server,), jobs, known)


class Kind(NamedTuple):
    """All of a run but its timestamps; one draw a run keeps properties of long histories fast."""

    status: Status
    duration: Millis | None
    counts: Counts
    next_in: Millis | None
    tested: Status | None
    operation: str = BACKUP
    dry_run: bool = False
    version_before: Millis | None = None
    compacted: bool = False
    copying: tuple[CopyOutcome, tuple[str, ...]] | None = None

    def at(self, started: Millis) -> StoredRun:
        """Build such a run; tests of stored files end at distinct times as runs start."""
        return stored_run(
            started,
            status=self.status,
            operation=self.operation,
            duration=self.duration,
            counts=self.counts,
            dry_run=self.dry_run,
            next_scheduled=None if self.next_in is None else started + self.next_in,
            verification=None if self.tested is None else Verification(started + 1, self.tested),
            newest_version=None if self.version_before is None else started - self.version_before,
            compacted=started + 3 if self.compacted else None,
            copying=None if self.copying is None else copying_to(started + 2, *self.copying),
        )


def copying_to(at: Millis, outcome: CopyOutcome, destinations: Sequence[str] = ()) -> Copying:
    """Build the second copies of a run: to each of some destinations one that succeeded."""
    copies = [SecondCopy(each, at, Status.SUCCESS, 3, 512, 0) for each in destinations]
    return Copying(outcome, tuple(copies))


_STATUSES = tuple(Status)
_COUNTS = (
    Counts(),
    Counts(examined_files=10, examined_bytes=2**40, added_files=4, uploaded_bytes=512),
    Counts(examined_bytes=3, modified_files=0, deleted_files=9, uploaded_bytes=0),
    Counts(examined_files=7, examined_bytes=2**33, uploaded_bytes=1, retry_attempts=2),
    Counts(stored_bytes=0, versions=0, quota_free_bytes=-1, quota_total_bytes=2**40),
    Counts(examined_bytes=5, stored_bytes=2**34, versions=4, quota_free_bytes=2**39),
    Counts(examined_files=4000, modified_files=3000, quota_free_bytes=2**38),
    Counts(examined_files=99, added_files=60, quota_free_bytes=2**34, quota_total_bytes=2**40),
)
_FACTS = itertools.product(
    _STATUSES,
    (None, MINUTE, 7 * HOUR, 90 * MINUTE + 250),
    _COUNTS,
    (None, HOUR, DAY, 3 * DAY),
    (None, *_STATUSES),
)
_COPYINGS = (
    None,
    (CopyOutcome.COPIED, ("file:///a",)),
    (CopyOutcome.UNTOLD, ()),
    (CopyOutcome.COPIED, ("file:///a", "ssh://host/b")),
    (CopyOutcome.MISSED, ()),
    (CopyOutcome.UNTOLD, ()),
    None,
    (CopyOutcome.MISSED, ("ssh://host/b",)),
    (CopyOutcome.NOT_DUE, ()),
    (CopyOutcome.COPIED, ("ssh://host/b",)),
    (CopyOutcome.NOT_DUE, ("file:///a",)),
)
_VERSIONS = (None, 0, HOUR, 40 * DAY, None)
# Cycles of five and eleven go with every other fact in turn.
BACKUPS = tuple(
    Kind(
        *facts,
        version_before=_VERSIONS[number % len(_VERSIONS)],
        compacted=number % len(_VERSIONS) == 1,
        copying=_COPYINGS[number % len(_COPYINGS)],
    )
    for number, facts in enumerate(_FACTS)
)
_OTHERS = tuple(
    kind._replace(operation=operation, dry_run=dry_run)
    for kind in BACKUPS[:: len(_COUNTS)]
    for operation, dry_run in ((RESTORE, False), ("Test", False), (COMPACT, False), (BACKUP, True))
)
_KINDS = st.sampled_from(BACKUPS) | st.sampled_from(_OTHERS)


@st.composite
def histories(draw: st.DrawFn, *, least: int = 0, most: int = 40) -> list[StoredRun]:
    """Draw the runs of one job, ordered by distinct starts."""
    gaps_and_kinds = st.tuples(st.integers(1, 2 * DAY), _KINDS)
    drawn = draw(st.lists(gaps_and_kinds, min_size=least, max_size=most))
    starts = itertools.accumulate((gap for gap, _ in drawn), initial=START)
    return [kind.at(started) for (_, kind), started in zip(drawn, starts, strict=False)]


def backups(started: Millis) -> st.SearchStrategy[StoredRun]:
    """Draw a backup run that started then."""
    return st.sampled_from(BACKUPS).map(lambda kind: kind.at(started))


UNTOLD = Progress()


def activity_of(
    began: Millis, reported: Millis, progress: Progress = UNTOLD, *, ended: bool = False
) -> LiveStatus:
    """Return a live report of a backup."""
    return LiveStatus(BACKUP, began, reported, ended=ended, failed=False, progress=progress)


def activities(now: Millis) -> st.SearchStrategy[LiveStatus]:
    """Draw a live report that may be of any run of the last days and say anything."""
    timestamps = st.integers(-6, 0).map(lambda before: now + before * 4 * HOUR)
    progress = st.builds(
        Progress, ratio=st.none() | st.floats(0, 1), phase=st.none() | st.just("a")
    )
    return st.builds(activity_of, timestamps, timestamps, progress, ended=st.booleans())
