"""What is stored, and for how long: the interface of a store, and those for both databases."""

from exporter.store.changes import Change, DeclaredJob, Recorded
from exporter.store.errors import (
    LimitReachedError,
    OutboxChangedError,
    StoreBusyError,
    StoreError,
    StoreInUseError,
    StoreUnavailableError,
    UnknownIdError,
)
from exporter.store.interface import Store
from exporter.store.parts import Outbox, Watch
from exporter.store.values import (
    KEPT,
    MOST_CHANGES,
    REPORTERS,
    Checked,
    ClockMarks,
    EarlierRun,
    JobHistory,
    JobRun,
    OutboxState,
    PastRun,
    RecordedRun,
    Replica,
    RunChoice,
    RunCounts,
    RunFilter,
    StoredDetail,
)

__all__ = [
    "KEPT",
    "MOST_CHANGES",
    "REPORTERS",
    "Change",
    "Checked",
    "ClockMarks",
    "DeclaredJob",
    "EarlierRun",
    "JobHistory",
    "JobRun",
    "LimitReachedError",
    "Outbox",
    "OutboxChangedError",
    "OutboxState",
    "PastRun",
    "Recorded",
    "RecordedRun",
    "Replica",
    "RunChoice",
    "RunCounts",
    "RunFilter",
    "Store",
    "StoreBusyError",
    "StoreError",
    "StoreInUseError",
    "StoreUnavailableError",
    "StoredDetail",
    "UnknownIdError",
    "Watch",
]
