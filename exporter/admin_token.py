"""The secret that changes must carry, in a file beside the database that only its user can read."""

import os
import secrets
from pathlib import Path

from exporter.store import StoreError


def path_beside(database: Path) -> Path:
    """Return where the token of a database is kept."""
    return database.with_name(f"{database.name}.admin-token")


def load_or_make(database: Path) -> str:
    """Return the token of a database, made where there is none.

    Raises:
        StoreError: the file can not be made or read, or holds none.
    """
    path = path_beside(database)
    try:
        _make(path)
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} can not be used for the admin token ({error})"
        todo = "give this user the right, make room on the disk, or remove it"
        raise StoreError(f"{message}: {todo}") from error
    if not token:
        message = f"{path} is empty: remove it, and the next start makes a new admin token"
        raise StoreError(message)
    return token


def _make(path: Path) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        with os.fdopen(file, "w", encoding="ascii") as opened:
            opened.write(f"{secrets.token_urlsafe(32)}\n")
    except OSError:
        path.unlink()  # an empty one would stop the next start, too
        raise
