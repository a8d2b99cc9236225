"""The durations of the last twenty runs of every job: states had kept ten.

A run without a reported duration took until its report came. A run has none, too, if its start is
not believed: it is after its report, or the duration would be months.
"""

from typing import Any

import msgspec
from sqlite_utils import Database

_JOBS = "SELECT id, state FROM jobs WHERE id > ? ORDER BY id LIMIT 500"
_LAST_RUNS = """
SELECT started, id, received, began, ended, duration, status FROM runs
WHERE job_id = ? AND operation = 'Backup' AND NOT dry_run
ORDER BY started DESC, id DESC LIMIT 20"""
_SAVE = "UPDATE jobs SET state = ? WHERE id = ?"

_RECENT, _ID, _KEPT = 6, 1, 20
_CODES = {"success": 0, "warning": 1, "error": 2, "fatal": 3, "unknown": 4, "interrupted": 5}
_CLOCK_TOLERANCE = 300_000
_MAX_DURATION = 35 * 86_400_000


def renew(db: Database) -> None:
    """Replace the last runs that every state keeps; those of removed runs stay."""
    last = 0
    while chunk := db.execute(_JOBS, (last,)).fetchall():
        for job_id, packed in chunk:
            state = msgspec.msgpack.decode(packed)
            state[_RECENT] = _recent(state[_RECENT], db.execute(_LAST_RUNS, (job_id,)).fetchall())
            db.execute(_SAVE, (msgspec.msgpack.encode(state), job_id))
        last = chunk[-1][0]


def _recent(kept: list[list[Any]], rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    stored = {row[_ID] for row in rows}
    removed = [entry for entry in kept if entry[_ID] not in stored]
    entries = [[row[0], row[_ID], _took(*row[:1], *row[2:6]), _CODES[row[6]]] for row in rows]
    return sorted([*removed, *entries], key=lambda each: (each[0], each[_ID]))[-_KEPT:]


def _took(
    started: int, received: int, began: int | None, ended: int | None, duration: int | None
) -> int | None:
    believed, latest = began == started, received + _CLOCK_TOLERANCE
    if believed and duration is not None:
        took = min(duration, latest - started)
    elif believed and ended is not None:
        took = max(min(ended, latest) - started, 0)
    else:
        took = max(received - started, 0)
    return took if took <= _MAX_DURATION else None
