"""Whether a database still is the files that were opened.

Those that are deleted or replaced go on taking writes through the connection that has them open,
and nobody ever sees these again.
"""

from pathlib import Path

from sqlite_utils import Database

from exporter.store.errors import StoreUnavailableError


class FileIdentity:
    """The files of a database as they were when this was made: it, and its write-ahead log."""

    def __init__(self, db: Database) -> None:
        """Look at the files of an open database that has been read: then its log is there."""
        path = Path(db.execute("PRAGMA database_list").fetchone()[2])
        self._files = (path, path.with_name(f"{path.name}-wal"))
        self._opened = self._found()

    def check(self) -> None:
        """See that the files are where they were.

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
