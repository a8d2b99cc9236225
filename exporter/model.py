"""The words of the domain. Values only: nothing here reads, writes or asks the time.

Moments are milliseconds since 1970-01-01 UTC, lengths of time milliseconds, sizes bytes. `None`
means that nobody reported the value. The kept state of a job is stored as arrays of these fields,
so new ones go to the end and have a default.
"""

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from exporter.times import MINUTE, Millis

MOST = 2**63 - 1
"""The largest number a database holds; sums stay at it."""

CLOCK_TOLERANCE: Millis = 5 * MINUTE
"""A report dated further ahead than this comes from a wrong clock and counts from its arrival."""

BACKUP = "Backup"
"""Duplicati's name of the one operation that makes a backup."""


class Status(Enum):
    """How a run ended, best first: the place in this order is the code that metrics show."""

    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"
    FATAL = "fatal"
    UNKNOWN = "unknown"

    @property
    def code(self) -> int:
        """The number that stands for this status in a metric."""
        return _CODES[self]

    @property
    def completed(self) -> bool:
        """Whether a usable version exists after such a run."""
        return self is Status.SUCCESS or self is Status.WARNING


_CODES = {status: code for code, status in enumerate(Status)}


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

    @property
    def changed_files(self) -> int | None:
        """Files added, modified and deleted, or None where none of the three was reported."""
        changes = (self.added_files, self.modified_files, self.deleted_files)
        if all(change is None for change in changes):
            return None
        return min(sum(change or 0 for change in changes), MOST)


class Verification(Struct, frozen=True, array_like=True, gc=False):
    """A test of the stored files: when it ended and how."""

    at: Millis
    status: Status


class Run(Struct, frozen=True, array_like=True):
    """One run of an operation, as its report tells it."""

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

    @property
    def is_backup(self) -> bool:
        """Whether it counts as a backup: other operations and dry runs never do."""
        return self.operation == BACKUP and not self.dry_run


class Message(Struct, frozen=True, array_like=True):
    """One log line of a run and its level, lower case."""

    level: str
    text: str


class Log(Struct, frozen=True, array_like=True):
    """The log lines of a run, and how much of them was left out."""

    messages: tuple[Message, ...] = ()
    lines_dropped: int = 0
    lines_shortened: int = 0

    def first(self, most: int) -> "Log":
        """Return the log with its first lines only."""
        if len(self.messages) <= most:
            return self
        dropped = self.lines_dropped + len(self.messages) - most
        return Log(self.messages[:most], dropped, min(self.lines_shortened, most))


class Machine(Struct, frozen=True):
    """What a report tells of the machine that sent it."""

    machine_id: str | None = None
    name: str | None = None
    version: str | None = None
    os: str | None = None


class Report(Struct, frozen=True):
    """One understood report: a run of a backup on a machine.

    `counted` holds every number of the report under its own name. `fingerprint` identifies a
    report that carries no begin, and only that.
    """

    machine: Machine
    backup: str
    run: Run
    log: Log
    counted: Mapping[str, int]
    fingerprint: bytes | None = None


class Delivery(Struct, frozen=True):
    """How a report came: when, from which address, and the server's name given in the URL."""

    received: Millis
    address: str
    server: str | None = None


Order = tuple[Millis, int]
"""A run's place among those of its job: by start, then by id."""


class StoredRun(Struct, frozen=True, array_like=True):
    """A recorded run.

    `started` orders the runs of a job and is what schedules count from: the reported begin, or
    the arrival where there is none or the sender's clock was wrong.
    """

    id: int
    started: Millis
    received: Millis
    run: Run

    @property
    def order(self) -> Order:
        """The key that sorts the runs of a job from first to last."""
        return self.started, self.id

    @property
    def ahead(self) -> Millis:
        """By how much the sender's clock was put right; other moments that it told are as wrong."""
        began = self.run.began
        return 0 if began is None else began - self.started

    @property
    def verification(self) -> Verification | None:
        """The test of stored files that the run told of, by the right clock."""
        told = self.run.verification
        if told is None:
            return None
        return Verification(max(told.at - self.ahead, 0), told.status)


class Server(Struct, frozen=True):
    """A machine that sends reports, as known now. `described` dates its facts."""

    id: int
    name: str
    alias: str | None
    note: str | None
    machine_id: str | None
    version: str | None
    os: str | None
    described: Millis
    last_report: Millis


class JobSettings(Struct, frozen=True):
    """What a person set for a job; None leaves it to the configuration."""

    schedule: str | None = None
    tolerance: Millis | None = None
    paused: bool = False


class Rejected(Struct, frozen=True):
    """A body that could not be understood: `body` is its first bytes, `size` its whole length."""

    received: Millis
    address: str
    reason: str
    content_type: str | None
    size: int
    body: bytes
    id: int = 0
