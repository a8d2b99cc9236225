"""The free space that the last runs of every job found at the destination: states had kept one.

A state keeps the newest figure of a day, of the last eight days of a month that have one.
"""

from typing import Any

import msgspec
from sqlite_utils import Database

_JOBS = "SELECT id, state FROM jobs WHERE id > ? ORDER BY id LIMIT 500"
_FOUND = """
SELECT started, id, quota_free_bytes FROM runs
WHERE job_id = ? AND operation = 'Backup' AND NOT dry_run
AND quota_free_bytes >= 0 AND (quota_free_bytes > 0 OR quota_total_bytes > 0)
ORDER BY started DESC, id DESC"""
_SAVE = "UPDATE jobs SET state = ? WHERE id = ?"

_DESTINATION, _FREE, _DAYS = 14, 3, 8
_DAY = 86_400_000
_MONTH = 31 * _DAY


def gather(db: Database) -> None:
    """Add them to every state."""
    last = 0
    while chunk := db.execute(_JOBS, (last,)).fetchall():
        for job_id, packed in chunk:
            state = msgspec.msgpack.decode(packed)
            state[_DESTINATION] = [*state[_DESTINATION][:_FREE], _figures(db, job_id)]
            db.execute(_SAVE, (msgspec.msgpack.encode(state), job_id))
        last = chunk[-1][0]


def _figures(db: Database, job_id: int) -> list[Any]:
    """Return them, the oldest first."""
    found: dict[int, Any] = {}
    newest = None
    for row in db.execute(_FOUND, (job_id,)):
        newest = row[0] if newest is None else newest
        if row[0] < newest - _MONTH or len(found) == _DAYS:
            break
        found.setdefault(row[0] // _DAY, row)
    return [*reversed(found.values())]
