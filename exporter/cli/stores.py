"""The store of a database: a file of SQLite, or a PostgreSQL by its URL."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from exporter.config import Config
from exporter.config.database import DatabaseAddress, PostgresUrl
from exporter.model import Server
from exporter.store import Checked, Replica, Store, StoreError, Watch
from exporter.store.copying import Source, Target
from exporter.store.rules.records import RecordsReader
from exporter.store.sqlite import FileSource, FileTarget, OfflineReader, list_jobs_readonly
from exporter.store.sqlite import Store as SqliteStore
from exporter.times import SECOND


def open_store(settings: Config, version: str, watch: Watch | None = None) -> Store:
    """Open the configured database; create or upgrade it if needed. `watch` judges each report.

    Raises:
        StoreInUseError: another program uses the file.
        StoreError: it cannot be used, or what it needs is not installed.
    """
    database = settings.database
    if isinstance(database, Path):
        return SqliteStore(database, settings.limits, watch)
    patience = settings.limits.upload_patience / SECOND
    store: Store = _postgres().Store(database.secret, settings.limits, version, patience, watch)
    return store


def open_reader(database: DatabaseAddress) -> RecordsReader:
    """Open a database to read all of it, also one in use.

    Raises:
        StoreError: it cannot be read.
    """
    if isinstance(database, Path):
        return OfflineReader(database)
    reader: RecordsReader = _postgres().open_reader(database.secret)
    return reader


def list_jobs(database: DatabaseAddress) -> list[tuple[Server, str]]:
    """Return each job's server and name, also of a database in use.

    Raises:
        StoreError: it cannot be read.
    """
    if isinstance(database, Path):
        return list_jobs_readonly(database)
    return open_reader(database).jobs()


def open_source(database: DatabaseAddress) -> Source:
    """Open a database to copy it, also one in use.

    Raises:
        StoreError: it cannot be read.
    """
    if isinstance(database, Path):
        return FileSource(database)
    source: Source = _postgres().PgSource(database.secret)
    return source


def open_target(database: DatabaseAddress) -> Target:
    """Open a database to fill it, created if missing.

    Raises:
        StoreError: another program uses it, or it cannot be created.
    """
    if isinstance(database, Path):
        return FileTarget(database)
    target: Target = _postgres().PgTarget(database.secret)
    return target


def check_postgres(database: PostgresUrl) -> Iterator[Checked]:
    """Check what a PostgreSQL can do; yield each outcome.

    Raises:
        StoreError: it cannot be reached.
    """
    checks: Iterator[Checked] = _postgres().check_database(database.secret)
    return checks


def list_replicas(database: PostgresUrl) -> list[Replica]:
    """Return the daemons that share a PostgreSQL and were seen in the last minute.

    Raises:
        StoreError: it cannot be read.
    """
    replicas: list[Replica] = _postgres().list_replicas(database.secret)
    return replicas


def is_missing(database: DatabaseAddress) -> bool:
    """Return whether a file is missing; the database of a URL counts as present."""
    return isinstance(database, Path) and not database.exists()


def _postgres() -> ModuleType:
    """Import the store of PostgreSQL only for a URL: its libraries take 10 MB and 64 ms.

    Raises:
        StoreError: they are not installed.
    """
    try:
        return importlib.import_module("exporter.store.postgres")
    except ImportError as error:
        message = "PostgreSQL needs an extra: install duplistatus-exporter[postgresql]"
        raise StoreError(message) from error
