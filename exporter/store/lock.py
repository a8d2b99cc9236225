"""One program at a time has a database: a lock file beside it, which also tells where it serves.

The lock is the kernel's, so it ends with its holder, however that ends.
"""

import fcntl
import os
from pathlib import Path

from exporter.store.errors import StoreError, StoreInUseError

_LONGEST_URL = 500


def path_of(database: Path) -> Path:
    """Return where the lock file of a database is; it stays there."""
    return database.with_name(f"{database.name}.lock")


class Lock:
    """Held from its making until `release`."""

    def __init__(self, database: Path) -> None:
        """Take the lock of a database.

        Raises:
            StoreInUseError: another program has it.
            StoreError: the lock file can not be made.
        """
        path = path_of(database)
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            message = f"{path} can not be made ({error.strerror}): give this user the right"
            raise StoreError(f"{message}, or choose another file with --database") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            url = os.pread(self._file, _LONGEST_URL, 0).decode(errors="replace").strip()
            os.close(self._file)
            raise StoreInUseError(database, url) from error
        os.ftruncate(self._file, 0)

    def announce(self, url: str) -> None:
        """Tell other programs where the holder serves."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{url}\n".encode(), 0)

    def release(self) -> None:
        """Let others have the database."""
        os.ftruncate(self._file, 0)
        os.close(self._file)
