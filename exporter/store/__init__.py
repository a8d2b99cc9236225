"""Everything that touches SQLite. Above this package nobody knows SQL."""

from exporter.store.errors import StoreError, StoreUnavailableError
from exporter.store.reading import RunFilter, StoredDetail
from exporter.store.recording import Job, Recorded
from exporter.store.store import Store

__all__ = [
    "Job",
    "Recorded",
    "RunFilter",
    "Store",
    "StoreError",
    "StoreUnavailableError",
    "StoredDetail",
]
