"""Runs that were interrupted and recorded as warnings, before there was a status for them."""

import re
from collections.abc import Iterator

import msgspec
from sqlite_utils import Database

from exporter.compression import deflate

_BY_COUNTS = """
SELECT id FROM runs WHERE operation = 'Backup' AND NOT dry_run AND status = 'warning'
AND versions = 0 AND stored_bytes = 0"""
_WITH_LOGS = """
SELECT runs.id, logs.log FROM runs JOIN logs ON logs.run_id = runs.id
WHERE operation = 'Backup' AND NOT dry_run AND status = 'warning' AND runs.id > ?
ORDER BY runs.id LIMIT 1000"""
_MARK = "UPDATE runs SET status = 'interrupted' WHERE id = ?"
_OUTDATE = """
INSERT INTO outdated_states SELECT job_id FROM runs WHERE id = ? ON CONFLICT DO NOTHING"""

_TAG = re.compile(
    r"[^\[]{0,100}\[[A-Za-z]+-[\w.]*(?:BackupHandler-CancellationRequested|Controller-AbortOperation)\]"
)
"""The tag comes right after the time of a line; later in the line it is ordinary text."""


def mark(db: Database) -> None:
    """Set the status of the interrupted runs, and mark their jobs' states as outdated."""
    found = {row[0] for row in db.execute(_BY_COUNTS)} | set(_found_in_logs(db))
    values = [(run_id,) for run_id in sorted(found)]
    db.conn.executemany(_MARK, values)
    db.conn.executemany(_OUTDATE, values)


def _found_in_logs(db: Database) -> Iterator[int]:
    last = 0
    while chunk := db.execute(_WITH_LOGS, (last,)).fetchall():
        yield from (run_id for run_id, packed in chunk if _has_stop(packed))
        last = chunk[-1][0]


def _has_stop(packed: bytes) -> bool:
    raw = deflate.decompress(packed)
    if b"CancellationRequested" not in raw and b"AbortOperation" not in raw:
        return False
    lines, *_ = msgspec.msgpack.decode(raw)
    return any(_TAG.match(text) for _level, text in lines)
