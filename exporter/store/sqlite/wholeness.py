"""A check that a database still holds what was read from it and written to it, and nothing else.

Nobody else may write to the file while a daemon uses it. If it happens all the same (`cp` over it,
a program that deletes rows, a damaged disk), what the daemon knows about it is wrong. Before each
commit a few signs are checked, which is cheap; only if they are not as they were left, the file is
read again with a new connection, which has no cached pages of it.
"""

import logging
import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from exporter.store.errors import StoreError, StoreUnavailableError
from exporter.store.rules.write_cache import WriteCache
from exporter.store.sqlite import connection

_COUNTING = """
PRAGMA temp_store = MEMORY;
CREATE TEMP TABLE counted (runs INTEGER);
CREATE TEMP TRIGGER run_came AFTER INSERT ON main.runs BEGIN
    UPDATE counted SET runs = runs + 1;
END;
CREATE TEMP TRIGGER run_went AFTER DELETE ON main.runs BEGIN
    UPDATE counted SET runs = runs - 1;
END;
"""
"""The number of runs, changed in the same transaction as the runs: counting them takes long."""

_COUNT = "SELECT count(*) FROM main.runs"

_SCHEMA = (
    "SELECT type, name, tbl_name, sql FROM main.sqlite_schema "
    "WHERE tbl_name NOT LIKE 'sqlite!_stat%' ESCAPE '!' ORDER BY type, name"
)
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_UNKNOWN = -1

_PUT_BACK = "put back what was there, or restart the daemon to take what is there now"

_log = logging.getLogger(__name__)


class _Marks(NamedTuple):
    """The signs that somebody wrote; `version` changes when another connection commits."""

    modified: int
    size: int
    log_size: int
    log_modified: int
    version: int


class Wholeness:
    """The state in which a database was left. Not thread-safe, except `is_untouched` and `doubt`.

    `generation` changes when the file was read again.
    """

    def __init__(self, db: Database) -> None:
        """Accept a database that was just opened as intact."""
        self._path = str(db.execute("PRAGMA database_list").fetchone()[2])
        self._log = f"{self._path}-wal"
        self.generation = 0
        self._take(db)

    def _take(self, db: Database) -> None:
        db.executescript(_COUNTING)
        db.execute("INSERT INTO temp.counted VALUES (?)", (_count(db),))
        db.conn.commit()
        self._schema = _schema_of(db)
        self._doubted = False
        self._refused: tuple[_Marks, str] | None = None
        self._version = _version_of(db)
        self.left()

    def left(self) -> None:
        """Note the signs after a commit of ours; only others change the version."""
        self._left = self._look(self._version)

    @property
    def is_untouched(self) -> bool:
        """Whether the files are as they were left; changed rows may not be visible in them."""
        return not self._doubted and self._look(self._version) == self._left

    def doubt(self, error: sqlite3.Error) -> None:
        """Note an error of SQLite if it found damage."""
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _DAMAGE:
            self._doubted = True

    def check(self, db: Database, cache: WriteCache) -> Database:
        """Return the connection to use from now on: the given one, or one that read the file again.

        Raises:
            StoreUnavailableError: it does not hold what is known.
        """
        marks = self._look(_version_of(db))
        if self._is_as_left(marks) and not self._doubted:
            return db
        if self._refused is not None and self._refused[0] == marks:
            raise StoreUnavailableError(self._refused[1])
        fresh = self._read_anew(cache, _counted(db), marks)
        db.close()
        self._take(fresh)
        self.generation += 1
        _log.warning("another program wrote to the database; it is intact and was read again")
        return fresh

    def _read_anew(self, cache: WriteCache, runs: int | None, marks: _Marks) -> Database:
        try:
            with connection.usable(Path(self._path)):
                fresh = connection.connect(Path(self._path))
                problem = self._problem_of(fresh, cache, runs)
            if problem is None:
                return fresh
        except StoreError as error:
            problem = str(error)
        self._refused = (marks, problem)
        _log.error("the database was changed from outside: %s", problem)
        raise StoreUnavailableError(problem)

    def _problem_of(self, fresh: Database, cache: WriteCache, runs: int | None) -> str | None:
        try:
            problem = self._difference(fresh, cache, runs)
        except BaseException:
            fresh.close()
            raise
        if problem is not None:
            fresh.close()
        return problem

    def _difference(self, fresh: Database, cache: WriteCache, runs: int | None) -> str | None:
        (found,) = fresh.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            return f"it is damaged ({' '.join(found.split())}): {_PUT_BACK}"
        if _schema_of(fresh) != self._schema:
            return f"another program changed its tables: {_PUT_BACK}"
        differs = runs is not None and runs != _count(fresh)
        if differs or WriteCache.load(fresh).snapshot() != cache.snapshot():
            return f"another program changed its rows: {_PUT_BACK}"
        return None

    def _is_as_left(self, marks: _Marks) -> bool:
        left = self._left
        # A transaction that was undone may have made the log longer.
        same = marks._replace(log_size=left.log_size, log_modified=left.log_modified) == left
        return same and marks.log_size >= left.log_size

    def _look(self, version: int) -> _Marks:
        try:
            # Four times in a commit: a Path takes three times as long.
            file, log = os.stat(self._path), os.stat(self._log)  # noqa: PTH116
        except OSError:
            return _Marks(_UNKNOWN, _UNKNOWN, _UNKNOWN, _UNKNOWN, version)
        return _Marks(file.st_mtime_ns, file.st_size, log.st_size, log.st_mtime_ns, version)


def _count(db: Database) -> int | None:
    """Count all runs; None if damage prevents it: a start does not check large files for damage."""
    try:
        return int(db.execute(_COUNT).fetchone()[0])
    except sqlite3.DatabaseError:
        return None


def _counted(db: Database) -> int | None:
    """Return how many runs there were after our last commit; None if the start could not count."""
    found: int | None = db.execute("SELECT runs FROM temp.counted").fetchone()[0]
    return found


def _version_of(db: Database) -> int:
    try:
        return int(db.conn.execute("PRAGMA data_version").fetchone()[0])
    except sqlite3.Error:
        return _UNKNOWN


def _schema_of(db: Database) -> list[tuple[object, ...]]:
    named = ("application_id", "user_version")
    values = [db.execute(f"PRAGMA {name}").fetchone() for name in named]
    return [*values, *db.execute(_SCHEMA).fetchall()]
