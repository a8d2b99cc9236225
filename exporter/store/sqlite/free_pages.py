"""Reclaiming the file's free pages, a few at a time (incremental vacuum)."""

from sqlite_utils import Database

from exporter.store.session import Session

_SPARE_PAGES = 256
_PAGES = 16
"""Reclaimed in a step. A mebibyte stays free for the next reports."""

_INCREMENTAL = 2
"""SQLite's number of this mode: https://www.sqlite.org/pragma.html#pragma_auto_vacuum"""


def has_free_pages(db: Database) -> bool:
    """Return whether the file has free pages that can be reclaimed."""
    if db.execute("PRAGMA auto_vacuum").fetchone()[0] != _INCREMENTAL:
        return False
    return bool(db.execute("PRAGMA freelist_count").fetchone()[0] > _SPARE_PAGES)


def incremental_vacuum(db: Session) -> None:
    """Make the file some pages smaller. Needs a transaction."""
    for _ in range(_PAGES):
        # With a larger number Python still removes one page: it does not step through rows that
        # have no columns, and each page is one.
        db.execute("PRAGMA incremental_vacuum(1)")
