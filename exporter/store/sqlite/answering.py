"""Errors of a damaged database: turned into one that says so, never an internal error."""

import contextlib
import logging
import sqlite3
import zlib
from collections.abc import Iterator

import msgspec

from exporter.store.errors import StoreUnavailableError, UnknownIdError

_UNREADABLE = (ValueError, TypeError, LookupError, msgspec.MsgspecError, zlib.error)
"""What reading rows raises if their bytes are not those that were written."""

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Turn the errors of a database that cannot answer into one type.

    Raises:
        StoreUnavailableError: instead of the errors of SQLite and of damaged rows.
    """
    try:
        yield
    except UnknownIdError:
        raise
    except sqlite3.Error as error:
        raise StoreUnavailableError(str(error)) from error
    except _UNREADABLE as error:
        _log.exception("a row of the database cannot be read")
        raise StoreUnavailableError(f"a row of it cannot be read ({error})") from error
