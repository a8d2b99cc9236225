"""Queries that SQLite needs in its own form."""

import json
from collections.abc import Sequence

from sqlite_utils import Database

from exporter.model import Status
from exporter.store.rules import rows
from exporter.store.values import PastRun

_NEWEST_BACKUPS = f"""
SELECT runs.job_id, runs.id, runs.started, runs.status, runs.duration
FROM json_each(?) AS chosen CROSS JOIN runs WHERE runs.id IN (
    SELECT newest.id FROM runs AS newest
    WHERE newest.job_id = chosen.value AND {rows.COUNTS}
    ORDER BY newest.started DESC, newest.id DESC LIMIT ?
) ORDER BY runs.job_id, runs.started, runs.id"""  # noqa: S608 - constant


def newest_backups(db: Database, job_ids: Sequence[int], most: int) -> dict[int, list[PastRun]]:
    """Return the newest backup runs of each of the jobs, the oldest of them first."""
    found: dict[int, list[PastRun]] = {job_id: [] for job_id in job_ids}
    values = (json.dumps(list(job_ids)), most)
    for job_id, run_id, started, status, duration in db.execute(_NEWEST_BACKUPS, values):
        found[job_id].append(PastRun(run_id, started, Status(status), duration))
    return found


def size_bytes(db: Database) -> int:
    """Return the size of the database, without its write-ahead log."""
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    return int(pages * db.execute("PRAGMA page_size").fetchone()[0])
