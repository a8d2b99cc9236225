"""What people are to be told, and what was told.

Each function that changes something needs a transaction.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import msgspec
from msgspec.structs import replace

from exporter.model import MAX_INT64
from exporter.model.notifications import (
    Alert,
    ConditionChange,
    Message,
    MessageOutcome,
    OutboxUpdate,
)
from exporter.store.errors import OutboxChangedError, StoreUnavailableError
from exporter.store.session import Row, Session
from exporter.store.values import MOST_CHANGES, OutboxState
from exporter.times import Millis

_REVISION = "revision"
_TRIES = 10
_ROWS = 250
"""Rows in one statement: in PostgreSQL each statement is a round trip."""

_FIELDS = Message.__struct_fields__
_NEW_FIELDS = tuple(name for name in _FIELDS if name != "id")

_CHANGES = """
SELECT id, job_id, run_id, at, held, reason FROM condition_changes ORDER BY id LIMIT ?"""
_REMOVE_CHANGES = "DELETE FROM condition_changes WHERE id IN (VALUES {})"
_ALERTS = "SELECT alert FROM alerts ORDER BY channel, subject, condition"
_PUT_ALERTS = """
INSERT INTO alerts (channel, subject, condition, alert) VALUES {}
ON CONFLICT (channel, subject, condition) DO UPDATE SET alert = excluded.alert"""
_REMOVE_ALERTS = """
DELETE FROM alerts
WHERE (channel, subject, condition) IN (SELECT * FROM (VALUES {}) AS gone)"""
"""A list of rows alone makes SQLite read the whole table."""
_MESSAGES = f"SELECT {', '.join(_FIELDS)} FROM messages"  # noqa: S608 - constant
_PLACES = ", ".join("?" * len(_NEW_FIELDS))
_ADD_MESSAGE = f"INSERT INTO messages ({', '.join(_NEW_FIELDS)}) VALUES ({_PLACES}) RETURNING id"  # noqa: S608 - constant
_CLAIM = """
UPDATE messages SET attempts = attempts + 1, next_attempt = ?
WHERE id = ? AND attempts = ? AND outcome IS NULL RETURNING attempts"""
_FAILED = "UPDATE messages SET error = ?, next_attempt = ? WHERE id = ? AND outcome IS NULL"
_FINISH = "UPDATE messages SET outcome = ?, ended = ? WHERE id = ? AND outcome IS NULL"
_MARKS = "SELECT name, value FROM notification_marks"
_PUT_MARKS = """
INSERT INTO notification_marks (name, value) VALUES {}
ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
_START_COUNTING = """
INSERT INTO notification_marks (name, value) VALUES (?, 0) ON CONFLICT (name) DO NOTHING"""
_COUNT = """
UPDATE notification_marks SET value = value + 1 WHERE name = ? AND value = ? RETURNING value"""

_log = logging.getLogger(__name__)

_decoder = msgspec.msgpack.Decoder(Alert)


def changes(db: Session) -> list[ConditionChange]:
    """Return the oldest changes that nobody read yet, the oldest first."""
    found = db.execute(_CHANGES, (MOST_CHANGES,)).fetchall()
    return [
        ConditionChange(change_id, job_id, run_id, at, tuple(held.split()), reason)
        for change_id, job_id, run_id, at, held, reason in found
    ]


def load(db: Session) -> OutboxState:
    """Return the alerts, the messages that wait and the marks, as of one moment.

    Each decision counts the revision, so what was read between two equal ones belongs together.

    Raises:
        StoreUnavailableError: others change it so often that it cannot be read.
    """
    for _ in range(_TRIES):
        marks, alerts, messages = _marks(db), list(_alerts(db)), waiting(db)
        if _marks(db) == marks:
            return OutboxState(marks.pop(_REVISION, 0), alerts, messages, marks)
    raise StoreUnavailableError("other daemons change the outbox too often")


def update(
    db: Session, update: OutboxUpdate, read: Iterable[int], revision: int
) -> tuple[int, list[Message]]:
    """Store a decision; return the new revision, and the messages with their ids.

    Args:
        db: with a transaction.
        update: the decision.
        read: the ids of the changes that led to it, which are removed.
        revision: what was loaded.

    Raises:
        OutboxChangedError: the outbox has another revision.
    """
    new = _next_revision(db, revision)
    _write(db, _REMOVE_CHANGES, [(each,) for each in read])
    _write(db, _REMOVE_ALERTS, update.gone)
    _write(db, _PUT_ALERTS, list({each.key: _alert_row(each) for each in update.alerts}.values()))
    _write(db, _PUT_MARKS, list(dict(update.marks).items()))
    return new, [_add_message(db, each) for each in update.messages]


def _add_message(db: Session, message: Message) -> Message:
    (message_id,) = db.execute(_ADD_MESSAGE, _message_row(message)).fetchone()
    return replace(message, id=message_id)


def claim(db: Session, message: Message, until: Millis) -> Message | None:
    """Count the beginning of an attempt; None if another one has begun, or the message ended."""
    found = db.execute(_CLAIM, (until, message.id, message.attempts)).fetchone()
    return None if found is None else replace(message, attempts=found[0], next_attempt=until)


def failed(db: Session, message_id: int, error: str, next_attempt: Millis) -> None:
    """Store why an attempt failed, unless the message has ended."""
    db.execute(_FAILED, (error, next_attempt, message_id))


def finish(db: Session, message_id: int, outcome: MessageOutcome, at: Millis) -> None:
    """Store how the delivery of a message ended; the first outcome stays."""
    db.execute(_FINISH, (outcome.value, at, message_id))


def messages(db: Session, before: int | None, limit: int) -> list[Message]:
    """Return messages, newest first, before an id."""
    last = MAX_INT64 if before is None else before
    query = f"{_MESSAGES} WHERE id < ? ORDER BY id DESC LIMIT ?"
    return list(_readable(db.execute(query, (last, limit)).fetchall()))


def waiting(db: Session) -> list[Message]:
    """Return the messages that wait, the oldest first."""
    return list(_readable(db.execute(f"{_MESSAGES} WHERE outcome IS NULL ORDER BY id").fetchall()))


def prune(db: Session, before: Millis) -> None:
    """Remove the messages that ended before a time, and older changes that nobody read."""
    db.execute("DELETE FROM messages WHERE ended < ?", (before,))
    db.execute("DELETE FROM condition_changes WHERE at < ?", (before,))


def _next_revision(db: Session, revision: int) -> int:
    db.execute(_START_COUNTING, (_REVISION,))
    counted = db.execute(_COUNT, (_REVISION, revision)).fetchone()
    if counted is None:
        raise OutboxChangedError
    return int(counted[0])


def _write(db: Session, statement: str, rows: Sequence[Sequence[object]]) -> None:
    """Run a statement for some rows at once."""
    for first in range(0, len(rows), _ROWS):
        chunk = rows[first : first + _ROWS]
        row = f"({', '.join('?' * len(chunk[0]))})"
        values = list(chain.from_iterable(chunk))
        db.execute(statement.format(", ".join([row] * len(chunk))), values)


def _marks(db: Session) -> dict[str, Millis]:
    return dict(db.execute(_MARKS).fetchall())


def _alerts(db: Session) -> Iterator[Alert]:
    for (packed,) in db.execute(_ALERTS).fetchall():
        try:
            yield _decoder.decode(packed)
        except msgspec.MsgspecError as error:
            # Where its condition still holds, people are told again.
            _log.warning("an alert cannot be read: %s", error)


def _alert_row(alert: Alert) -> tuple[object, ...]:
    return (*alert.key, msgspec.msgpack.encode(alert))


def _readable(found: Iterable[Row]) -> Iterator[Message]:
    """Yield the messages of rows, except what only a newer version knows how to deliver."""
    for row in found:
        try:
            yield msgspec.convert(dict(zip(_FIELDS, row, strict=True)), Message)
        except msgspec.ValidationError as error:
            _log.warning("a message cannot be read: %s", error)


def _message_row(message: Message) -> tuple[object, ...]:
    values = msgspec.to_builtins(message)
    return tuple(values[name] for name in _NEW_FIELDS)
