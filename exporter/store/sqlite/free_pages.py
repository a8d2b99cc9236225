"""Giving the file's free pages back to the disk, a few at a time."""

from sqlite_utils import Database

from exporter.store.session import Session

_SPARE_PAGES = 256
_PAGES = 16
"""Given back in a step. A mebibyte stays free for the next reports."""

_INCREMENTAL = 2
"""What SQLite calls this way of giving back: https://www.sqlite.org/pragma.html#pragma_auto_vacuum"""


def has_free_pages(db: Database) -> bool:
    """Tell whether the file has free space that it can give back."""
    if db.execute("PRAGMA auto_vacuum").fetchone()[0] != _INCREMENTAL:
        return False
    return bool(db.execute("PRAGMA freelist_count").fetchone()[0] > _SPARE_PAGES)


def incremental_vacuum(db: Session) -> None:
    """Make the file smaller by some pages. Needs a transaction."""
    for _ in range(_PAGES):
        # With a larger number Python still takes one page: it does not step through rows that
        # have no columns, and each page is one.
        db.execute("PRAGMA incremental_vacuum(1)")
