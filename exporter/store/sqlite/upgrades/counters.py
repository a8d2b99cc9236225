"""Counters of uploaded bytes that stopped, as a run had reported more than any run can."""

from typing import Any

import msgspec
from sqlite_utils import Database

_JOBS = "SELECT id, state FROM jobs WHERE id > ? ORDER BY id LIMIT 500"
_REPORTED = """
SELECT uploaded_bytes FROM runs WHERE job_id = ? AND operation = 'Backup' AND NOT dry_run
AND uploaded_bytes <= ?"""
_SAVE = "UPDATE jobs SET state = ? WHERE id = ?"

_UPLOADED = 1
_MAX_OF_A_RUN = 2**53
_MAX_OF_ALL = 2**60
"""Above it a counter includes an impossible run: a hundred of the largest do not reach it."""


def thaw(db: Database) -> None:
    """Set each of them to the sum of the stored runs."""
    last = 0
    while chunk := db.execute(_JOBS, (last,)).fetchall():
        for job_id, packed in chunk:
            state = msgspec.msgpack.decode(packed)
            if (state[_UPLOADED] or 0) > _MAX_OF_ALL:
                state[_UPLOADED] = _reported(db, job_id)
                db.execute(_SAVE, (msgspec.msgpack.encode(state), job_id))
        last = chunk[-1][0]


def _reported(db: Database, job_id: int) -> Any:  # noqa: ANN401 - a number or nothing
    reported = [row[0] for row in db.execute(_REPORTED, (job_id, _MAX_OF_A_RUN))]
    return sum(reported) if reported else None
