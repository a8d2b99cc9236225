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
from exporter.store.sqlite.clock_marks import ClockMarks
from exporter.store.sqlite.connection import peek
from exporter.store.sqlite.offline_reader import JobHistory, RecordedRun, Records, RunChoice
from exporter.store.sqlite.read_queries import JobRun, PastRun, RunFilter, StoredDetail
from exporter.store.sqlite.store import Store

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
