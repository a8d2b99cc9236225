"""One program at a time has a database, whatever link led there.

The lock is on the database itself: a name may be given to another file, a file beside it deleted.
A second one is on a lock file beside it, for as long as there is no database yet; that file also
tells where the daemon serves. Both are the kernel's, so they end with their holder, however that
ends. SQLite's own locks are of another kind (flock(2), fcntl(2)) and know nothing of these.
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
"""The databases of this process. To open and close one of them again, as finding out by its lock
takes, would end every lock that SQLite has on it: https://sqlite.org/howtocorrupt.html, 2.2."""
_mutex = threading.Lock()


def path_of(database: Path) -> Path:
    """Return where the lock file of a database is; it stays there."""
    return database.with_name(f"{database.name}.lock")


class Lock:
    """Held from its making until `release`."""

    def __init__(self, database: Path) -> None:
        """Take the lock of a database, which need not be there yet.

        Raises:
            StoreInUseError: another program has it.
            StoreError: a file cannot be opened for it.
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
            self._let_go()
            raise
        os.ftruncate(self._beside, 0)

    def hold(self) -> None:
        """Take the lock of the database itself, once it is there and nobody has it open here.

        Raises:
            StoreInUseError: another program has it.
            StoreError: it cannot be opened.
        """
        if self._of_database != -1:
            return
        with _mutex:
            identity = _identity(self._database)
            if identity in _held:
                raise StoreInUseError(self._database, _told(self._database))
            self._of_database = _locked(self._database, self._database, "opened")
            _held.add(identity)
            self._identity = identity

    def announce(self, url: str) -> None:
        """Tell other programs where the holder serves."""
        try:
            os.ftruncate(self._beside, 0)
            os.pwrite(self._beside, f"{url}\n".encode(), 0)
        except OSError as error:  # a full disk: serving goes on, commands do not find it
            _log.warning("the lock file does not tell where the daemon serves: %s", error)

    def release(self) -> None:
        """Let others have the database, which must be closed."""
        os.ftruncate(self._beside, 0)
        self._let_go()

    def _let_go(self) -> None:
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
        raise StoreInUseError(database, _told(database)) from error
    return file


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _told(database: Path) -> str:
    """Return where the holder says that it serves; nothing where it does not, or not yet."""
    try:
        with path_of(database).open("rb") as file:
            return file.read(_MAX_URL_LENGTH).decode(errors="replace").strip()
    except OSError:
        return ""
