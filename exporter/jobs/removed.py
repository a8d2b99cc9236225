"""The part of a job's state that comes from runs which are no longer stored.

Old runs are removed, and what they added stays in the state. A replay of the stored runs starts
with it, and so ends with the state that is kept.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

from exporter.jobs import added, sums
from exporter.jobs.copies import SecondCopies
from exporter.jobs.destination import Destination
from exporter.jobs.history import Entry, unless_of
from exporter.jobs.reported import dry_until
from exporter.jobs.state import JobState
from exporter.model import COMPACT, RESTORE, Order, Status, StoredRun, Verification, believed
from exporter.times import Millis


def baseline_state(kept: JobState, runs: Sequence[StoredRun]) -> JobState:
    """Return a job's state as it was without its stored runs, as far as that is known."""
    backups = [stored for stored in runs if stored.run.is_backup]
    ids = {stored.id for stored in backups}
    return JobState(
        runs=_runs_before(kept, backups),
        uploaded_bytes=_uploaded_before(kept, backups),
        last=unless_of(kept.last, ids),
        last_completed=unless_of(kept.last_completed, ids),
        last_complete=unless_of(kept.last_complete, ids),
        consecutive_failures=_failures_before(kept, backups, ids),
        recent=_entries_before(kept.recent, ids),
        completed=_entries_before(kept.completed, ids),
        tested=_tested_before(kept.tested, runs),
        starts=tuple((Counter(kept.starts) - Counter(_starts(backups))).elements()),
        reported=_entries_before(kept.reported, ids),
        verified=_timestamp_before(kept.verified, _timestamps(runs, added.verified_at)),
        interrupted_runs=_interrupted_before(kept, backups, ids),
        decided=unless_of(kept.decided, ids),
        destination=_destination_before(kept.destination, ids),
        copies=_copies_before(kept.copies, backups),
        restored=_timestamp_before(kept.restored, _timestamps(runs, _restored)),
        compacted=_timestamp_before(kept.compacted, _compacted(runs)),
        first_start=_timestamp_before(kept.first_start, _starts(backups)),
        last_failed=unless_of(kept.last_failed, ids),
        dry_until=_timestamp_before(kept.dry_until, _timestamps(runs, dry_until)),
        last_error=kept.last_error,
        declared=kept.declared,
        listed=kept.listed,
        posted_since=kept.posted_since,
    )


def _runs_before(kept: JobState, backups: Sequence[StoredRun]) -> sums.Counted:
    stored = Counter(each.run.status.code for each in backups)
    return sums.by_status([max(count - stored[code], 0) for code, count in enumerate(kept.runs)])


def _uploaded_before(kept: JobState, backups: Sequence[StoredRun]) -> int | None:
    uploaded = [believed.uploaded(each) for each in backups]
    stored = [size for size in uploaded if size is not None]
    if kept.uploaded_bytes is None or not stored:
        return kept.uploaded_bytes
    return max(kept.uploaded_bytes - sum(stored), 0) or None


def _failures_before(kept: JobState, backups: Sequence[StoredRun], ids: Collection[int]) -> int:
    """Count the removed failures in a row: there are some where all stored runs failed."""
    completed = kept.last_completed
    if completed is not None and completed.id in ids:
        return 0
    since: Order = (-1, 0) if completed is None else completed.order
    failed = sum(each.order > since and each.run.status.failed for each in backups)
    return max(kept.consecutive_failures - failed, 0)


def _interrupted_before(kept: JobState, backups: Sequence[StoredRun], ids: Collection[int]) -> int:
    """Count the removed interrupted runs in a row, as `_failures_before` does."""
    decided = kept.decided
    if decided is not None and decided.id in ids:
        return 0
    since: Order = (-1, 0) if decided is None else decided.order
    stopped = Status.INTERRUPTED
    interrupted = sum(each.order > since and each.run.status is stopped for each in backups)
    return max(kept.interrupted_runs - interrupted, 0)


def _tested_before(kept: Verification | None, runs: Sequence[StoredRun]) -> Verification | None:
    return None if any(believed.verification(each) == kept for each in runs) else kept


def _timestamps(
    runs: Sequence[StoredRun], value: Callable[[StoredRun], Millis | None]
) -> set[Millis]:
    found = map(value, runs)
    return {timestamp for timestamp in found if timestamp is not None}


def _restored(stored: StoredRun) -> Millis | None:
    return added.operation_ended_well(stored, RESTORE)


def _compacted(runs: Sequence[StoredRun]) -> set[Millis]:
    alone = _timestamps(runs, lambda stored: added.operation_ended_well(stored, COMPACT))
    return alone | _timestamps(runs, added.compacted_within)


def _timestamp_before(kept: Millis | None, stored: Collection[Millis]) -> Millis | None:
    return None if kept in stored else kept


def _destination_before(kept: Destination, ids: Collection[int]) -> Destination:
    return Destination(
        stored=unless_of(kept.stored, ids),
        quota=unless_of(kept.quota, ids),
        newest_version=unless_of(kept.newest_version, ids),
        free=_entries_before(kept.free, ids),
    )


def _copies_before(kept: SecondCopies, backups: Sequence[StoredRun]) -> SecondCopies:
    orders = {each.order for each in backups}
    known = tuple(each for each in kept.known if each.order not in orders)
    runs = tuple(each for each in kept.runs if each.order not in orders)
    since = None if kept.since in orders else kept.since
    return SecondCopies(known, runs, since, tuple(_older_ends(kept, backups)))


def _older_ends(
    kept: SecondCopies, backups: Sequence[StoredRun]
) -> Iterator[tuple[str, tuple[Millis, ...]]]:
    """Yield the ends of copies to each destination that are in no stored run."""
    stored_ends = {end for stored in backups for end in _ends(stored)}
    for each in kept.known:
        name = each.copy.destination
        ends = tuple(end for end in each.ends if (name, end) not in stored_ends)
        if ends:
            yield name, ends


def _ends(stored: StoredRun) -> Iterator[tuple[str, Millis]]:
    copying = stored.run.copying
    for copy in () if copying is None else copying.copies:
        yield copy.destination, believed.timestamp(stored, copy.at)


def _entries_before(entries: tuple[Entry, ...], ids: Collection[int]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.id not in ids)


def _starts(backups: Sequence[StoredRun]) -> list[int]:
    return [each.started for each in backups]
