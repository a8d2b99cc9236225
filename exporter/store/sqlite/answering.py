"""What a damaged database makes of a question: an error that says so, never one of the program."""

import contextlib
import logging
import sqlite3
import zlib
from collections.abc import Iterator

import msgspec

from exporter.store.errors import StoreUnavailableError, UnknownIdError

_UNREADABLE = (ValueError, TypeError, LookupError, msgspec.MsgspecError, zlib.error)
"""What reading rows raises whose bytes are not those that were written."""

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Say of a database that does not answer that it does not.

    Raises:
        StoreUnavailableError: in the place of what SQLite and damaged rows raise.
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
