"""Databases to copy, of both kinds."""

from contextlib import closing
from pathlib import Path
from typing import Any

from exporter.store import Store
from exporter.store.copying import Source, Target, copy
from exporter.store.copying.tables import META_KEYS, TABLES
from exporter.store.postgres import PgSource, PgTarget
from exporter.store.postgres import Store as PgStore
from exporter.store.sqlite import FileSource, FileTarget
from exporter.store.sqlite import Store as SqliteStore

Place = Path | str
"""A file, or the URL of a PostgreSQL."""


def source_of(place: Place) -> Source:
    return FileSource(place) if isinstance(place, Path) else PgSource(place)


def target_of(place: Place) -> Target:
    return FileTarget(place) if isinstance(place, Path) else PgTarget(place)


def store_of(place: Place) -> Store:
    return SqliteStore(place) if isinstance(place, Path) else PgStore(place)


def copied(source: Place, target: Place) -> dict[str, int]:
    """Copy, and return the number of rows of each table."""
    with closing(target_of(target)) as opened:
        return dict(copy(source_of(source), opened, lambda *_: None).rows)


def content(place: Place) -> dict[str, Any]:
    """Return every row of all tables, the facts about the whole database, and the last ids."""

    def read(snapshot: Any) -> dict[str, Any]:  # noqa: ANN401 - of either kind
        found: dict[str, Any] = {
            table.name: [row for page in snapshot.pages(table.select) for row in page]
            for table in TABLES
        }
        query = "SELECT value FROM meta WHERE key = ?"
        found["meta"] = [snapshot.db.execute(query, (key,)).fetchone() for key in META_KEYS]
        last = snapshot.last_ids()
        found["last ids"] = {
            table.name: last.get(table.name, 0) for table in TABLES if table.gives_ids
        }
        return found

    return source_of(place).read(read)
