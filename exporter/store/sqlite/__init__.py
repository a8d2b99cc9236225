"""The store as one file of SQLite. Outside this package nobody knows SQL."""

from exporter.store.sqlite.backup import back_up
from exporter.store.sqlite.connection import peek
from exporter.store.sqlite.offline_reader import Records
from exporter.store.sqlite.store import Store

__all__ = ["Records", "Store", "back_up", "peek"]
