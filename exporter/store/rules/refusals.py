"""Refused reports, and the addresses from which a report was accepted."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from exporter.model import Rejected
from exporter.model.audit import REFUSED_CLEAR, Author
from exporter.store.errors import UnknownIdError
from exporter.store.rules import audit
from exporter.store.session import Session
from exporter.store.values import KEPT, REPORTERS
from exporter.times import Millis

KEPT_BYTES = 64 * 1024
"""Stored of a refused body."""

_TOLD_SENDERS = 10
"""Of what was cleared; the others are counted."""

_LISTED = tuple(name for name in Rejected.__struct_fields__ if name != "body")
_COLUMNS = ", ".join(_LISTED)
_INSERT = """
INSERT INTO rejected (received, address, reason, content_type, size, body, live, counts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_KEPT_ROWS = "SELECT id, address, counts AND settled IS NULL FROM rejected ORDER BY id"
_SETTLE = """
UPDATE rejected SET settled = ? WHERE address = ? AND counts AND settled IS NULL"""
_ADD_REPORTER = """
INSERT INTO reporters (address)
SELECT :address WHERE NOT EXISTS (SELECT 1 FROM reporters WHERE address = :address)
ON CONFLICT DO NOTHING RETURNING id"""
"""Not by the conflict alone: in PostgreSQL each would use up an id, and the ids are counted."""


class KeptRow(NamedTuple):
    """A stored refused body, its sender, and whether no later report settled it."""

    id: int
    address: str
    is_open: bool


def reject(db: Session, rejected: Rejected) -> None:
    """Store what was refused, within the limits. Needs a transaction."""
    if rejected.live:
        db.execute("DELETE FROM rejected WHERE live AND address = ?", (rejected.address,))
    values = (
        rejected.received,
        rejected.address,
        rejected.reason,
        rejected.content_type,
        rejected.size,
        rejected.body[:KEPT_BYTES],
        rejected.live,
        rejected.counts,
    )
    db.execute(_INSERT, values)
    kept = [KeptRow(*row) for row in db.execute(_KEPT_ROWS)]
    while len(kept) > KEPT:
        removed = surplus(kept)
        db.execute("DELETE FROM rejected WHERE id = ?", (removed.id,))
        kept.remove(removed)


def clear(db: Session, rejected_id: int | None, author: Author) -> int:
    """Remove one of the refused bodies, or all for None; return how many. Needs a transaction.

    Raises:
        UnknownIdError: there is none with this id.
    """
    which, values = ("", ()) if rejected_id is None else (" WHERE id = ?", (rejected_id,))
    query = f"DELETE FROM rejected{which} RETURNING address"  # noqa: S608 - constant
    gone = db.execute(query, values).fetchall()
    senders = sorted({address for (address,) in gone})
    if gone:
        told = {"count": len(gone), "senders": senders[:_TOLD_SENDERS]}
        audit.note(db, author, REFUSED_CLEAR, (None, None), told)
    elif rejected_id is not None:
        raise UnknownIdError("No refused report has this id")
    return len(gone)


def surplus(kept: Sequence[KeptRow]) -> KeptRow:
    """Return which one to remove, so that the junk of one sender does not displace others.

    It is one of the sender that has most, never the newest of all; what is settled is removed
    before what is not, then the oldest.
    """
    count = Counter(row.address for row in kept)
    return min(kept[:-1], key=lambda row: (-count[row.address], row.is_open, row.id))


def rejected(db: Session, before: int | None, limit: int) -> list[Rejected]:
    """Return what was refused, newest first, after the last id seen."""
    query = f"SELECT body, {_COLUMNS} FROM rejected WHERE id < ? ORDER BY id DESC LIMIT ?"  # noqa: S608 - constant
    last = 2**63 - 1 if before is None else before
    return _read(db, query, (last, limit))


def all_rejected(db: Session) -> list[Rejected]:
    """Return all that was refused without its bodies, newest first."""
    return _read(db, f"SELECT NULL, {_COLUMNS} FROM rejected ORDER BY id DESC", ())  # noqa: S608 - constant


def reporters(db: Session) -> list[str]:
    """Return the addresses from which a report was accepted, the longest known first."""
    return [address for (address,) in db.execute("SELECT address FROM reporters ORDER BY id")]


def note_taken(db: Session, address: str, at: Millis) -> None:
    """Record that a report from an address was accepted: it settles earlier refusals of it."""
    inserted = db.execute(_ADD_REPORTER, {"address": address}).fetchone()
    if inserted is not None:
        db.execute("DELETE FROM reporters WHERE id <= ?", (inserted[0] - REPORTERS,))
    db.execute(_SETTLE, (at, address))


def note_heard(db: Session, address: str, at: Millis) -> None:
    """Record that a live report from an address was accepted: it settles live refusals only."""
    db.execute(f"{_SETTLE} AND live", (at, address))


def _read(db: Session, query: str, values: Sequence[object]) -> list[Rejected]:
    return [_rejected(*row) for row in db.execute(query, values)]


def _rejected(body: bytes | None, *listed: Any) -> Rejected:  # noqa: ANN401 - a row's values
    values = dict(zip(_LISTED, listed, strict=True))
    flags = {name: bool(values[name]) for name in ("live", "counts")}
    return Rejected(**values | flags, body=body or b"")
