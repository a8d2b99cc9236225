"""A check that the files of a database are still those that were opened.

Files that were deleted or replaced still accept writes through the connection that has them open,
and these writes are lost.
"""

import os

from sqlite_utils import Database

from exporter.store.errors import StoreUnavailableError


class FileIdentity:
    """The database file and its write-ahead log, as they were when this object was made."""

    def __init__(self, db: Database) -> None:
        """Note the files of an open database that has been read: then its log exists."""
        path = str(db.execute("PRAGMA database_list").fetchone()[2])
        self._files = (path, f"{path}-wal")
        self._opened, _ = self._found()

    def check(self) -> None:
        """Check that the files are still in their place.

        Raises:
            StoreUnavailableError: they are not; they may be put back.
        """
        files, size = self._found()
        if files != self._opened or not size:
            # To open an empty database deletes its log: https://sqlite.org/walformat.html
            message = "its file was deleted or replaced: put it back, or restart the daemon"
            raise StoreUnavailableError(message)

    def _found(self) -> tuple[list[tuple[int, int] | None], int]:
        """Return which files there are, and the size of the first."""
        database, log = map(_stat, self._files)
        return [_identity(database), _identity(log)], database.st_size if database else 0


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - before each commit: a Path takes three times as long
    except OSError:
        return None


def _identity(found: os.stat_result | None) -> tuple[int, int] | None:
    return None if found is None else (found.st_dev, found.st_ino)
