"""Copying a whole database into another; each of them may be SQLite or PostgreSQL."""

from exporter.store.copying.copier import Copied, OnProgress, Snapshot, Source, Target, copy
from exporter.store.copying.missing import Added, add_runs, missing_runs

__all__ = [
    "Added",
    "Copied",
    "OnProgress",
    "Snapshot",
    "Source",
    "Target",
    "add_runs",
    "copy",
    "missing_runs",
]
