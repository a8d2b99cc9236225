"""Questions to the stored runs."""

import json
import sqlite3
from collections.abc import Iterator, Sequence

from sqlite_utils import Database

from exporter.jobs.job import Job
from exporter.model import BACKUP, Server, Status, StoredRun
from exporter.store.sqlite import rows
from exporter.store.values import JobRun, PastRun, RunFilter, StoredDetail
from exporter.times import Millis

_RUN_COLUMNS = ", ".join(f"runs.{column}" for column in ("id", "job_id", *rows.RUN_COLUMNS))
_SERVER_COLUMNS = ", ".join(rows.SERVER_COLUMNS)

_JOBS = f"SELECT {', '.join(rows.JOB_COLUMNS)} FROM jobs"  # noqa: S608 - constant


def servers(db: Database) -> list[Server]:
    """Return every server, in the order of their ids."""
    found = db.execute(f"SELECT {_SERVER_COLUMNS} FROM servers ORDER BY id")  # noqa: S608 - constant
    return [rows.server(row) for row in found]


def machine_ids(db: Database) -> Iterator[tuple[str, int]]:
    """Yield each machine-id with its server's id."""
    yield from db.execute("SELECT machine_id, server_id FROM machine_ids")


def fetched_ids(db: Database) -> set[str]:
    """Return the machine-ids that only reports which were fetched have told so far."""
    return {row[0] for row in db.execute("SELECT machine_id FROM machine_ids WHERE fetched")}


def server(db: Database, server_id: int) -> Server | None:
    """Return a server, or None where no server has this id."""
    query = f"SELECT {_SERVER_COLUMNS} FROM servers WHERE id = ?"  # noqa: S608 - constant
    row = db.execute(query, (server_id,)).fetchone()
    return None if row is None else rows.server(row)


def jobs(db: Database) -> Iterator[Job]:
    """Yield every job with its kept state, in the order of their ids."""
    yield from map(rows.job, db.execute(f"{_JOBS} ORDER BY id"))


def jobs_of(db: Database, server_id: int) -> Iterator[Job]:
    """Yield the jobs of a server, in the order of their ids."""
    yield from map(rows.job, db.execute(f"{_JOBS} WHERE server_id = ? ORDER BY id", (server_id,)))


def job(db: Database, job_id: int) -> Job | None:
    """Return a job, or None where no job has this id."""
    row = db.execute(f"{_JOBS} WHERE id = ?", (job_id,)).fetchone()
    return None if row is None else rows.job(row)


def last_run(db: Database) -> int:
    """Return the largest id of a run; 0 where there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM runs").fetchone()[0])


def created(db: Database) -> Millis:
    """Return when the database was made."""
    found = db.execute("SELECT value FROM meta WHERE key = 'created'").fetchone()
    return int(found[0])


def runs(
    db: Database, chosen: RunFilter, before: tuple[Millis, int] | None, limit: int
) -> list[JobRun]:
    """Return runs, newest first, from behind the order key of the last one seen."""
    where, values = _conditions(chosen, before)
    query = f"""
SELECT {_RUN_COLUMNS} FROM runs {where}
ORDER BY runs.started DESC, runs.id DESC LIMIT ?"""  # noqa: S608 - constant parts, bound values
    return [
        JobRun(row["job_id"], rows.stored_run(row)) for row in _rows(db, query, [*values, limit])
    ]


def newest_backups(db: Database, job_ids: Sequence[int], most: int) -> dict[int, list[PastRun]]:
    """Return the newest backup runs of each of the jobs, the oldest of them first."""
    query = """
SELECT runs.job_id, runs.id, runs.started, runs.status, runs.duration
FROM json_each(?) AS chosen CROSS JOIN runs WHERE runs.id IN (
    SELECT newest.id FROM runs AS newest
    WHERE newest.job_id = chosen.value AND newest.operation = ? AND NOT newest.dry_run
    ORDER BY newest.started DESC, newest.id DESC LIMIT ?
) ORDER BY runs.job_id, runs.started, runs.id"""
    found: dict[int, list[PastRun]] = {job_id: [] for job_id in job_ids}
    values = (json.dumps(list(job_ids)), BACKUP, most)
    for job_id, run_id, started, status, duration in db.execute(query, values):
        found[job_id].append(PastRun(run_id, started, Status(status), duration))
    return found


def run(db: Database, run_id: int) -> StoredDetail | None:
    """Return one run, or None where no run has this id."""
    query = f"""
SELECT {_RUN_COLUMNS}, counted_names.names, runs.counted, logs.log
FROM runs LEFT JOIN logs ON logs.run_id = runs.id
LEFT JOIN counted_names ON counted_names.id = runs.names_id WHERE runs.id = ?"""  # noqa: S608 - constant
    for row in _rows(db, query, [run_id]):
        counted, log = (
            rows.unpack_counted(row["names"], row["counted"]),
            rows.unpack_log(row["log"]),
        )
        return StoredDetail(row["job_id"], rows.stored_run(row), counted, log)
    return None


def runs_of(db: Database, job_id: int) -> list[StoredRun]:
    """Return all stored runs of a job, in the order of their starts."""
    query = f"SELECT {_RUN_COLUMNS} FROM runs WHERE job_id = ? ORDER BY started, id"  # noqa: S608 - constant
    return [rows.stored_run(row) for row in _rows(db, query, [job_id])]


def last_backup(db: Database, job_id: int) -> StoredRun | None:
    """Return the backup run of a job that started last, or None where it has none."""
    query = f"""
SELECT {_RUN_COLUMNS} FROM runs WHERE job_id = ? AND operation = ? AND NOT dry_run
ORDER BY started DESC, id DESC LIMIT 1"""  # noqa: S608 - constant
    return next(map(rows.stored_run, _rows(db, query, [job_id, BACKUP])), None)


def size_bytes(db: Database) -> int:
    """Return the size of the database, without its write-ahead log."""
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    return int(pages * db.execute("PRAGMA page_size").fetchone()[0])


def _conditions(chosen: RunFilter, before: tuple[Millis, int] | None) -> tuple[str, list[object]]:
    status = None if chosen.status is None else chosen.status.value
    given: list[tuple[str, Sequence[object]]] = [
        ("runs.job_id IN (SELECT id FROM jobs WHERE server_id = ?)", [chosen.server_id]),
        ("runs.job_id = ?", [chosen.job_id]),
        ("runs.status = ?", [status]),
        ("runs.operation = ?", [chosen.operation]),
        ("runs.started >= ?", [chosen.since]),
        ("runs.started < ?", [chosen.until]),
        ("(runs.started, runs.id) < (?, ?)", before or [None]),
    ]
    used = [(condition, values) for condition, values in given if values[0] is not None]
    if not used:
        return "", []
    conditions = " AND ".join(condition for condition, _ in used)
    return f"WHERE {conditions}", [value for _, values in used for value in values]


def _rows(db: Database, query: str, values: Sequence[object]) -> Iterator[sqlite3.Row]:
    cursor = db.conn.cursor()
    cursor.row_factory = sqlite3.Row
    return iter(cursor.execute(query, values))  # a generator would outlive what fails meanwhile
