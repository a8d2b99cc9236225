"""A lock for one program at a time, through whatever link it opens the database.

The lock is on the database itself: its name may be given to another file, a file beside it deleted.
A second one is on a lock file beside it, for the time until there is a database; that file also
says where the daemon serves. Both are locks of the kernel, so they end with their holder, however
it ends. SQLite's own locks are of another kind and independent of these (flock(2), fcntl(2)).
"""

import fcntl
import logging
import os
import threading
from pathlib import Path

from exporter.store.errors import StoreError, StoreInUseError

_MAX_URL_LENGTH = 500

_log = logging.getLogger(__name__)

_held: set[tuple[int, int]] = set()
"""The databases of this process. A test of the lock would have to open and close one again, which
would end every lock that SQLite has on it: https://sqlite.org/howtocorrupt.html, 2.2."""
_mutex = threading.Lock()


def path_of(database: Path) -> Path:
    """Return where the lock file of a database is; it is never removed."""
    return database.with_name(f"{database.name}.lock")


class Lock:
    """The lock of a database, held until `release`."""

    def __init__(self, database: Path) -> None:
        """Take the lock of a database, which need not exist yet.

        Raises:
            StoreInUseError: another program uses it.
            StoreError: a file for the lock cannot be opened.
        """
        self._database = database
        self._identity: tuple[int, int] | None = None
        self._of_database = -1
        self._beside = -1
        try:
            if database.exists():
                self.hold()
            self._beside = _locked(path_of(database), database, "made")
        except BaseException:
            self._unlock()
            raise
        os.ftruncate(self._beside, 0)

    def hold(self) -> None:
        """Take the lock of the database itself, which must exist and not be open in this process.

        Raises:
            StoreInUseError: another program uses it.
            StoreError: it cannot be opened.
        """
        if self._of_database != -1:
            return
        with _mutex:
            identity = _identity(self._database)
            if identity in _held:
                raise StoreInUseError(self._database, _url_of_holder(self._database))
            self._of_database = _locked(self._database, self._database, "opened")
            _held.add(identity)
            self._identity = identity

    def announce(self, url: str) -> None:
        """Write where the holder serves, for other programs."""
        try:
            os.ftruncate(self._beside, 0)
            os.pwrite(self._beside, f"{url}\n".encode(), 0)
        except OSError as error:  # a full disk: serving continues, commands do not find it
            _log.warning("the lock file does not say where the daemon serves: %s", error)

    def release(self) -> None:
        """Release the lock; the database must be closed."""
        os.ftruncate(self._beside, 0)
        self._unlock()

    def _unlock(self) -> None:
        with _mutex:
            for file in (self._beside, self._of_database):
                if file != -1:
                    os.close(file)
            if self._identity is not None:
                _held.remove(self._identity)


def _locked(path: Path, database: Path, done: str) -> int:
    flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if path != database else 0)
    try:
        file = os.open(path, flags, 0o644)
    except OSError as error:
        message = f"{path} cannot be {done} ({error.strerror}): give this user the right"
        raise StoreError(f"{message}, or choose another file with --database") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(file)
        raise StoreInUseError(database, _url_of_holder(database)) from error
    return file


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _url_of_holder(database: Path) -> str:
    """Return where the holder says that it serves; empty if it does not, or not yet."""
    try:
        with path_of(database).open("rb") as file:
            return file.read(_MAX_URL_LENGTH).decode(errors="replace").strip()
    except OSError:
        return ""
