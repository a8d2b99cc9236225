"""What a job's kept state owes to runs that are no longer stored.

Old runs are removed, and what they added stays in the state. A replay of the stored runs begins
with it, and so ends with the state that is kept.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TypeVar

from exporter.history import PastRun
from exporter.model import Order, StoredRun, Verification
from exporter.state import JobState

Entry = TypeVar("Entry", bound=PastRun)


def state_before(kept: JobState, runs: Sequence[StoredRun]) -> JobState:
    """Return a job's state as it was without its stored runs, as far as that is known."""
    backups = [stored for stored in runs if stored.run.is_backup]
    ids = {stored.id for stored in backups}
    return JobState(
        runs=_runs_before(kept, backups),
        uploaded_bytes=_uploaded_before(kept, backups),
        last=_unless_stored(kept.last, ids),
        last_completed=_unless_stored(kept.last_completed, ids),
        measured=_unless_stored(kept.measured, ids),
        consecutive_failures=_failures_before(kept, backups, ids),
        recent=_entries_before(kept.recent, ids),
        completed=_entries_before(kept.completed, ids),
        verified=_verified_before(kept.verified, runs),
        starts=tuple((Counter(kept.starts) - Counter(_starts(backups))).elements()),
        reported=_entries_before(kept.reported, ids),
    )


def _runs_before(kept: JobState, backups: Sequence[StoredRun]) -> tuple[int, int, int, int, int]:
    stored = Counter(each.run.status.code for each in backups)
    success, warning, error, fatal, unknown = (
        max(count - stored[code], 0) for code, count in enumerate(kept.runs)
    )
    return success, warning, error, fatal, unknown


def _uploaded_before(kept: JobState, backups: Sequence[StoredRun]) -> int | None:
    told = [each.run.counts.uploaded_bytes for each in backups]
    stored = [size for size in told if size is not None]
    if kept.uploaded_bytes is None or not stored:
        return kept.uploaded_bytes
    return max(kept.uploaded_bytes - sum(stored), 0) or None


def _failures_before(kept: JobState, backups: Sequence[StoredRun], ids: Collection[int]) -> int:
    """Count failures in a row that were removed: there are some where all stored runs failed."""
    completed = kept.last_completed
    if completed is not None and completed.id in ids:
        return 0
    since: Order = (-1, 0) if completed is None else completed.order
    failed = sum(each.order > since and not each.run.status.completed for each in backups)
    return max(kept.consecutive_failures - failed, 0)


def _verified_before(kept: Verification | None, runs: Sequence[StoredRun]) -> Verification | None:
    return None if any(each.verification == kept for each in runs) else kept


def _unless_stored(run: StoredRun | None, ids: Collection[int]) -> StoredRun | None:
    return None if run is None or run.id in ids else run


def _entries_before(entries: tuple[Entry, ...], ids: Collection[int]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.id not in ids)


def _starts(backups: Sequence[StoredRun]) -> list[int]:
    return [each.started for each in backups]
