"""A copy of a whole database, made while others read and write it."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from exporter.store.errors import StoreError
from exporter.store.sqlite.connection import APPLICATION_ID, check_there

_OWNER_ONLY = 0o600


def backup_database(database: Path, copy: Path) -> int:
    """Copy one snapshot of a database, also one in use; return the size of the copy.

    Raises:
        StoreError: no copy was made, an older one is unchanged; the text says why.
    """
    check_there(database)
    if _same(database, copy):
        raise StoreError(_open(copy))
    try:
        with replacing(copy) as made:
            _copy(database, made)
        return copy.stat().st_size
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{database} cannot be copied to {copy} ({error})") from error


@contextmanager
def replacing(copy: Path) -> Iterator[Path]:
    """Yield where to make a file; it is moved to its place, or replaces one, when it is complete.

    Raises:
        StoreError: the present file is in use.
        OSError: the file cannot be made.
    """
    # SQLite applies a write-ahead log to whatever file has its name: it would damage the copy.
    if copy.with_name(f"{copy.name}-wal").exists():
        raise StoreError(_open(copy))
    with tempfile.TemporaryDirectory(dir=copy.parent, prefix=f".{copy.name}-") as folder:
        made = Path(folder, copy.name)
        yield made
        made.chmod(_OWNER_ONLY)
        made.replace(copy)
        _make_durable(copy.parent)


def _open(copy: Path) -> str:
    message = f"{copy} is a database that a program has open or did not close"
    return f"{message}: name another file for the copy"


def _same(database: Path, copy: Path) -> bool:
    return copy.exists() and copy.samefile(database)


def _copy(database: Path, made: Path) -> None:
    # Not read-only: SQLite could then not see what is still in a write-ahead log.
    with (
        closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)) as source,
        closing(sqlite3.connect(made)) as target,
    ):
        if source.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            message = f"{database} is not a database of duplistatus: name it with --database"
            raise StoreError(message)
        # In one step: page by page it would start again with each report that comes meanwhile.
        source.backup(target)
        _check_integrity(target, database)
        # So that the copy is one file, which can be moved.
        target.execute("PRAGMA journal_mode = DELETE")


def _check_integrity(target: sqlite3.Connection, database: Path) -> None:
    found = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        message = f"{database} is damaged ({found}): restore an older copy"
        raise StoreError(message)


def _make_durable(folder: Path) -> None:
    """Make the new name survive a loss of power."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
