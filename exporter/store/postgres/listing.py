"""Queries that PostgreSQL needs in its own form."""

from collections.abc import Sequence

from exporter.model import Status
from exporter.store.rules import rows
from exporter.store.session import Session
from exporter.store.values import PastRun

_NEWEST_BACKUPS = f"""
SELECT newest.job_id, newest.id, newest.started, newest.status, newest.duration
FROM unnest(CAST(? AS bigint[])) AS chosen (id) CROSS JOIN LATERAL (
    SELECT job_id, id, started, status, duration FROM runs
    WHERE job_id = chosen.id AND {rows.COUNTS}
    ORDER BY started DESC, id DESC LIMIT ?
) AS newest ORDER BY newest.job_id, newest.started, newest.id"""  # noqa: S608 - constant


def newest_backups(db: Session, job_ids: Sequence[int], most: int) -> dict[int, list[PastRun]]:
    """Return the newest backup runs of each of the jobs, the oldest of them first."""
    found: dict[int, list[PastRun]] = {job_id: [] for job_id in job_ids}
    for job_id, run_id, started, status, duration in db.execute(
        _NEWEST_BACKUPS, (list(job_ids), most)
    ):
        found[job_id].append(PastRun(run_id, started, Status(status), duration))
    return found


def size_bytes(db: Session) -> int:
    """Return the size of the database."""
    return int(db.execute("SELECT pg_database_size(current_database())").fetchone()[0])
