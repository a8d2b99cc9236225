"""The log of a backup: what its runs left in Duplicati's database, newest first.

Duplicati forgets rows that are older than its option log-retention, 30 days unless changed.
"""

from collections.abc import Iterator
from urllib.parse import quote

from msgspec import Struct

from exporter.pull.client.errors import ServerError
from exporter.pull.client.session import Json, Session
from exporter.times import MAX_TIMESTAMP, SECOND

PAGE_ROWS = 100
NEWS_ROWS = 10
"""The least that Duplicati gives: enough to see that there is little new."""

MAX_ROWS = 1_000_000
"""Of one backup: ten years of a run every five minutes."""

_MAX_SECONDS = MAX_TIMESTAMP // SECOND

RESULT = "Result"
"""The type of the rows that tell how an operation ended."""


class Row(Struct, frozen=True):
    """One row. `at` is when it was written, in unix seconds; a text is None where it is empty."""

    id: int
    at: int | None
    type: str | None
    message: str | None
    exception: str | None


def pages(session: Session, backup_id: str, first_rows: int) -> Iterator[list[Row]]:
    """Yield the rows of a backup page by page, down to the first; `first_rows` at first.

    A page is asked for by the last row before it, so rows that come meanwhile move nothing.

    Raises:
        GoneError: there is no such backup, or no longer.
        ServerError: the server does not go on to older rows, or never ends.
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
    """Return a text; what is null in the database comes as null or as an empty object."""
    return value if isinstance(value, str) and value.strip() else None
