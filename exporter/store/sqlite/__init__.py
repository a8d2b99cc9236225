"""The store in one file of SQLite, for one daemon."""

from exporter.store.sqlite.backup import backup_database, replacing
from exporter.store.sqlite.connection import list_jobs_readonly, sqlite_version
from exporter.store.sqlite.copying import FileSource, FileTarget
from exporter.store.sqlite.offline_reader import OfflineReader
from exporter.store.sqlite.store import Store

__all__ = [
    "FileSource",
    "FileTarget",
    "OfflineReader",
    "Store",
    "backup_database",
    "list_jobs_readonly",
    "replacing",
    "sqlite_version",
]
