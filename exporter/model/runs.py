"""What one run did, by its report."""

from msgspec import Struct

from exporter.model.copies import Copying
from exporter.model.status import Status
from exporter.times import Millis

MAX_INT64 = 2**63 - 1
"""The largest integer of a database; sums stop at it."""

BACKUP = "Backup"
"""Duplicati's name of the one operation that makes a backup."""

SYNC = "Sync"
"""A mirror of the source: a job of its own in Duplicati, which keeps no versions."""

COUNTED = (BACKUP, SYNC)
"""The operations whose runs count for a job."""

PULLED = "pulled"
"""The source of a run of which there is no report: only what Duplicati's server remembers."""

LOGGED = "log"
"""The source of a run that was pulled from the log of Duplicati's server, and never posted."""

RESTORE = "Restore"
COMPACT = "Compact"


class Counts(Struct, frozen=True, array_like=True, gc=False):
    """What one run counted."""

    examined_files: int | None = None
    examined_bytes: int | None = None
    added_files: int | None = None
    modified_files: int | None = None
    deleted_files: int | None = None
    error_files: int | None = None
    uploaded_bytes: int | None = None
    downloaded_bytes: int | None = None
    stored_bytes: int | None = None
    versions: int | None = None
    quota_free_bytes: int | None = None
    quota_total_bytes: int | None = None
    warnings: int | None = None
    errors: int | None = None
    retry_attempts: int | None = None

    @property
    def changed_files(self) -> int | None:
        """Files added, modified and deleted, or None where none of the three was reported."""
        added, modified, deleted = self.added_files, self.modified_files, self.deleted_files
        if added is None and modified is None and deleted is None:
            return None
        return min((added or 0) + (modified or 0) + (deleted or 0), MAX_INT64)


class Verification(Struct, frozen=True, array_like=True, gc=False):
    """A verification of stored files: when it ended and how; one that died, when it started."""

    at: Millis
    status: Status


class Run(Struct, frozen=True, array_like=True):
    """One run of an operation, by its report.

    `reason` is the one line that says why it ended as it did, up to a kibibyte; `newest_version`
    the newest version at the destination that can be restored, a partial one included;
    `compacted` when a compact that was part of it ended successfully; `copying` is None where the
    report could not have second copies; `source` is None for a run whose report came.
    """

    operation: str
    status: Status
    began: Millis | None
    ended: Millis | None
    duration: Millis | None
    counts: Counts
    dry_run: bool = False
    next_scheduled: Millis | None = None
    verification: Verification | None = None
    backup_id: str | None = None
    destination_type: str | None = None
    reason: str | None = None
    newest_version: Millis | None = None
    compacted: Millis | None = None
    copying: Copying | None = None
    source: str | None = None

    @property
    def is_pulled(self) -> bool:
        """Whether only Duplicati's server tells of it: its report replaces it."""
        return self.source == PULLED

    @property
    def is_logged(self) -> bool:
        """Whether it was pulled from the log of Duplicati's server: no report of it came."""
        return self.source == LOGGED

    @property
    def is_backup(self) -> bool:
        """Whether it counts, as a backup or as a Sync: other operations and dry runs never do."""
        return self.operation in COUNTED and not self.dry_run

    @property
    def looked_at_destination(self) -> bool:
        """Whether its numbers of the destination are real, and not only zero."""
        return any((self.newest_version, self.counts.stored_bytes, self.counts.versions))
