"""Everything that touches SQLite. Above this package nobody knows SQL."""

from exporter.store.changes import Change, Recorded
from exporter.store.clock_marks import ClockMarks
from exporter.store.copying import back_up
from exporter.store.database import peek
from exporter.store.errors import (
    LimitReachedError,
    StoreBusyError,
    StoreError,
    StoreInUseError,
    StoreUnavailableError,
    UnknownIdError,
)
from exporter.store.reading import JobRun, PastRun, RunFilter, StoredDetail
from exporter.store.records import JobHistory, RecordedRun, Records, RunChoice
from exporter.store.store import Store

__all__ = [
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
