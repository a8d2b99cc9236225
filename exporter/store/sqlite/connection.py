"""Opening a database, after checks that it is ours, of this version and durable."""

import contextlib
import errno
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

from sqlite_utils import Database

from exporter.model import Server
from exporter.store.errors import StoreError
from exporter.store.rules import rows
from exporter.store.sqlite import restating, wal
from exporter.store.sqlite.migrations import migrations

APPLICATION_ID = 0x44535441
"""Marks a file as a database of this program: "DSTA" in ASCII."""

MIN_FREE_BYTES = 256 * 1024
"""There may be space for a mark where a report and its log do not fit; a report takes about 30 KB
until the next checkpoint."""

_BUSY_SECONDS = 5.0
_PREPARED = 320
"""Statements that stay prepared. Each number of rows in a commit has one for each of four tables;
with Python's 128 most commits of sixty senders prepared theirs again."""

_CHECKED_BYTES = 256 * 1024 * 1024
"""A database up to this size is checked at every start, which takes a fifth of a second; a larger
one only if its last holder did not end properly."""

_RESTORE = (
    "move it away and restore a copy that `duplistatus backup-database` made,"
    " or choose another with --database"
)
_FREE = (
    "see what else uses it and whether its folder can be written, or choose another with --database"
)
_OLDEST_SQLITE = (3, 37, 0)
"""The first release with STRICT tables."""

_log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


def prepare(path: Path) -> None:
    """Create or upgrade a database before any thread opens it.

    Setting WAL from two threads at once fails, so it is done here, once.

    Raises:
        StoreError: the file cannot be created, or is not a database of this program and version.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        message = f"SQLite {sqlite3.sqlite_version} is too old: Python needs one of 3.37 or later"
        raise StoreError(message)
    with usable(path):
        wal.check(path)
        check_integrity(path)
        with contextlib.closing(_open(path, "rwc")) as db:
            _upgrade(db, path)


@contextlib.contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turn all errors of a database that cannot be used into one that says what to do.

    Raises:
        StoreError: instead of any other error in the block.
    """
    try:
        yield
    except StoreError:
        raise
    except (sqlite3.Error, OSError) as error:
        raise StoreError(_unusable(path, error)) from error
    except Exception as error:
        _log.debug("a database could not be read", exc_info=error)
        reason = f"{type(error).__name__}: {error}"
        raise StoreError(f"{path} is damaged ({reason}): {_RESTORE}") from error


def connect(path: Path) -> Database:
    """Open a prepared database for writing. The connection may move between threads.

    It is never created here: if it is gone, an empty one would look like a fleet without failures.
    """
    return _open(path, "rw")


def connect_reader(path: Path) -> Database:
    """Open a prepared database for reading."""
    return _open(path, "rw", "query_only = ON")


def sqlite_version() -> str:
    """Return the version of SQLite that Python uses."""
    return sqlite3.sqlite_version


def _open(path: Path, mode: Literal["rw", "rwc"], *more: str) -> Database:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        timeout=_BUSY_SECONDS,
        check_same_thread=False,
        cached_statements=_PREPARED,
        uri=True,
    )
    try:
        for setting in ("synchronous = FULL", "foreign_keys = ON", *more):
            connection.execute(f"PRAGMA {setting}")
        return Database(connection)
    except sqlite3.Error:
        connection.close()
        raise


def list_jobs_readonly(path: Path) -> list[tuple[Server, str]]:
    """Return each job's server and name, also of a database in use, and change nothing.

    Raises:
        StoreError: the file is not a database of this version.
    """
    columns = ", ".join(f"servers.{column}" for column in rows.SERVER_COLUMNS)
    query = f"SELECT {columns}, jobs.name FROM jobs JOIN servers ON servers.id = jobs.server_id"  # noqa: S608 - constant
    return read_snapshot(
        path, lambda db: [(rows.server(row[:-1]), row[-1]) for row in db.execute(query)]
    )


def read_snapshot(path: Path, ask: Callable[[sqlite3.Connection], Answer]) -> Answer:
    """Return the answer of a database, also of one in use, and change nothing, not even at the end.

    If a daemon opened or closed it meanwhile, `ask` runs again: the answer may mix two states.

    Raises:
        StoreError: the file is not a database that can be read.
    """
    while True:
        before = _unused_state(path)
        try:
            with usable(path):
                connection = _open_unchanged(path, immutable=before is not None)
                with contextlib.closing(connection):
                    answer = ask(connection)
        except StoreError:
            if before == _unused_state(path):
                raise
        else:
            if before is None or before == _unused_state(path):
                return answer


def _open_unchanged(path: Path, *, immutable: bool) -> sqlite3.Connection:
    # Without a log nobody writes, so SQLite need not create one to read.
    mode = "mode=ro&immutable=1" if immutable else "mode=ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)


def _unused_state(path: Path) -> tuple[int, int] | None:
    """Return values that change with a write; None while there is a log, which has all writes."""
    if _log_of(path).exists() or not path.exists():
        return None
    known = path.stat()
    return known.st_mtime_ns, known.st_size


def check_integrity(path: Path) -> None:
    """Check that the pages of a database are consistent.

    Raises:
        StoreError: they are not.
    """
    if not path.exists() or (is_large(path) and not _log_of(path).exists()):
        return
    (found,) = read_snapshot(path, lambda db: db.execute("PRAGMA quick_check(1)").fetchone())
    if found != "ok":
        raise StoreError(f"{path} is damaged ({' '.join(found.split())}): {_RESTORE}")


def is_large(path: Path) -> bool:
    """Return whether it takes long to read all of a database."""
    return path.stat().st_size > _CHECKED_BYTES


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def check_there(path: Path) -> None:
    """Check that there is a file to read.

    Raises:
        StoreError: there is none.
    """
    if not path.is_file():
        raise StoreError(f"there is no database {path}: name it with --database")


def check_folder(path: Path) -> None:
    """Check that a file can be created or written here.

    Raises:
        StoreError: it cannot.
    """
    folder = path.parent
    if not folder.is_dir():
        message = f"the folder {folder} does not exist: make it or choose another with --database"
        raise StoreError(message)
    if path.is_dir():
        message = f"{path} is a folder: name a file in it with --database"
        raise StoreError(message)
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        message = f"{path} cannot be written: give this user the right, or choose another file"
        raise StoreError(f"{message} with --database")


def _upgrade(db: Database, path: Path) -> None:
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        if db.table_names():
            message = f"{path} is a database of another program: choose another with --database"
            raise StoreError(message)
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before there is any table
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    _refuse_newer(db, path)
    if db.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        message = f"{path} cannot use SQLite's write-ahead log: is it on a network file system?"
        raise StoreError(message)
    migrations.apply(db)
    restating.restate(db)


def check_version(db: Database, path: Path) -> None:
    """Check that a database is one of this program, and of this version.

    Raises:
        StoreError: it is not.
    """
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreError(f"{path} is not a database of duplistatus: name it with --database")
    _refuse_newer(db, path)
    if migrations.pending(db):
        message = f"{path} was made by an older version of duplistatus: start the daemon once,"
        raise StoreError(f"{message} which upgrades it (`duplistatus backup-database` copies it)")


def _refuse_newer(db: Database, path: Path) -> None:
    known = _known_steps()
    unknown = [step.name for step in migrations.applied(db) if step.name not in known]
    if unknown:
        message = f"{path} was made by a newer version of duplistatus: install that version, or"
        restore = "restore a copy that `duplistatus backup-database` made before"
        raise StoreError(f"{message} {restore} (unknown to this one: {', '.join(unknown)})")


def _known_steps() -> set[str]:
    """Return the names of all steps: in an empty database all of them are pending."""
    empty = Database(memory=True)
    try:
        return {step.name for step in migrations.pending(empty)}
    finally:
        empty.close()


def has_free_space(path: Path) -> bool:
    """Return whether the disk of a database has space for a report."""
    return shutil.disk_usage(path.parent).free >= MIN_FREE_BYTES


def _unusable(path: Path, error: Exception) -> str:
    if _is_full(path, error):
        return f"{path} cannot be opened ({error}): the disk is full, make room on it"
    if isinstance(error, (sqlite3.OperationalError, OSError)) and not _is_of_text(error):
        return f"{path} cannot be opened ({error}): {_FREE}"
    return f"{path} cannot be used as a database ({error}): {_RESTORE}"


def _is_full(path: Path, error: Exception) -> bool:
    """Return whether the disk is full: SQLite may only say that a file cannot be opened."""
    named = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    try:
        return named or "is full" in str(error) or not has_free_space(path)
    except OSError:
        return named


def _is_of_text(error: Exception) -> bool:
    """Return whether an error is about text or columns: the bytes of the schema are damaged."""
    return any(sign in str(error) for sign in ("Could not decode", "no such", "malformed"))
