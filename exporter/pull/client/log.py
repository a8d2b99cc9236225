"""The log of a backup: the results of its runs in Duplicati's database, newest first.

Duplicati removes rows that are older than its option log-retention, 30 days unless changed.
"""

from collections.abc import Iterator
from urllib.parse import quote

from msgspec import Struct

from exporter.pull.client.errors import ServerError
from exporter.pull.client.session import Json, Session
from exporter.times import MAX_TIMESTAMP, SECOND

PAGE_ROWS = 100
NEWS_ROWS = 10
"""The smallest page that Duplicati returns: enough to see that there is little new."""

MAX_ROWS = 1_000_000
"""Of one backup: ten years with a run every five minutes."""

_MAX_SECONDS = MAX_TIMESTAMP // SECOND

RESULT = "Result"
"""The type of the rows with the result of an operation."""


class Row(Struct, frozen=True):
    """One row. `at` is when it was written, in unix seconds; an empty text is None."""

    id: int
    at: int | None
    type: str | None
    message: str | None
    exception: str | None


def pages(session: Session, backup_id: str, first_rows: int) -> Iterator[list[Row]]:
    """Yield the rows of a backup page by page, down to the first; `first_rows` in the first page.

    A page is requested by the last row before it (keyset pagination), so rows that are added
    meanwhile do not shift it.

    Raises:
        GoneError: the backup does not exist, or no longer.
        ServerError: the server does not return older rows, or never ends.
    """
    path = f"/backup/{quote(backup_id, safe='')}/log"
    last: int | None = None
    seen = 0
    while rows := _read_page(session, path, last, first_rows if last is None else PAGE_ROWS):
        older = [row for row in rows if last is None or row.id < last]
        if not older:
            message = f"returns the same rows of the backup {backup_id} repeatedly"
            raise ServerError(f"{session.name} {message}")
        yield older
        last = min(row.id for row in older)
        seen += len(older)
        if seen > MAX_ROWS:
            message = f"has more than {MAX_ROWS} rows of the backup {backup_id}"
            raise ServerError(f"{session.name} {message}")


def _read_page(session: Session, path: str, last: int | None, rows: int) -> list[Row]:
    offset = {} if last is None else {"offset": last}
    found = session.get(path, pagesize=rows, **offset)
    if not isinstance(found, list) or not all(map(_is_row, found)):
        raise ServerError(f"{session.name} answers {path} with something that is not a log")
    return [_row(entry) for entry in found]


def _is_row(entry: Json) -> bool:
    return isinstance(entry, dict) and type(entry.get("ID")) is int


def _row(entry: Json) -> Row:
    at = entry.get("Timestamp")
    return Row(
        id=entry["ID"],
        at=at if type(at) is int and 0 < at <= _MAX_SECONDS else None,
        type=_text(entry.get("Type")),
        message=_text(entry.get("Message")),
        exception=_text(entry.get("Exception")),
    )


def _text(value: Json) -> str | None:
    """Return a text; null in the database arrives as null or as an empty object."""
    return value if isinstance(value, str) and value.strip() else None
