"""What is stored, and for how long. Above this package nobody knows SQL."""

from exporter.store.changes import Change, Recorded
from exporter.store.errors import (
    LimitReachedError,
    StoreBusyError,
    StoreError,
    StoreInUseError,
    StoreUnavailableError,
    UnknownIdError,
)
from exporter.store.sqlite.backup import back_up
from exporter.store.sqlite.connection import peek
from exporter.store.sqlite.offline_reader import Records
from exporter.store.sqlite.store import Store
from exporter.store.values import (
    KEPT,
    REPORTERS,
    ClockMarks,
    JobHistory,
    JobRun,
    PastRun,
    RecordedRun,
    RunChoice,
    RunFilter,
    StoredDetail,
)

__all__ = [
    "KEPT",
    "REPORTERS",
    "Change",
    "ClockMarks",
    "JobHistory",
    "JobRun",
    "LimitReachedError",
    "PastRun",
    "Recorded",
    "RecordedRun",
    "Records",
    "RunChoice",
    "RunFilter",
    "Store",
    "StoreBusyError",
    "StoreError",
    "StoreInUseError",
    "StoreUnavailableError",
    "StoredDetail",
    "UnknownIdError",
    "back_up",
    "peek",
]
