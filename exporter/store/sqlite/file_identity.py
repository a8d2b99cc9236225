"""A check that the files of a database are still those that were opened.

Files that were deleted or replaced still accept writes through the connection that has them open,
and these writes are lost.
"""

from pathlib import Path

from sqlite_utils import Database

from exporter.store.errors import StoreUnavailableError


class FileIdentity:
    """The database file and its write-ahead log, as they were when this object was made."""

    def __init__(self, db: Database) -> None:
        """Note the files of an open database that has been read: then its log exists."""
        path = Path(db.execute("PRAGMA database_list").fetchone()[2])
        self._files = (path, path.with_name(f"{path.name}-wal"))
        self._opened = self._found()

    def check(self) -> None:
        """Check that the files are still in their place.

        Raises:
            StoreUnavailableError: they are not; they may be put back.
        """
        if self._found() != self._opened or not self._files[0].stat().st_size:
            # To open an empty database deletes its log: https://sqlite.org/walformat.html
            message = "its file was deleted or replaced: put it back, or restart the daemon"
            raise StoreUnavailableError(message)

    def _found(self) -> list[tuple[int, int] | None]:
        return [_identity(path) for path in self._files]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
