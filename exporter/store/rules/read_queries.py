"""Queries of the stored servers, jobs and runs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from exporter.jobs.job import Job
from exporter.model import Server, StoredRun
from exporter.store.rules import rows
from exporter.store.session import Row, Session
from exporter.store.values import JobRun, RunFilter, StoredDetail
from exporter.times import Millis

_RUN_COLUMNS = ", ".join(f"runs.{column}" for column in rows.STORED_RUN_COLUMNS)
_SERVER_COLUMNS = ", ".join(rows.SERVER_COLUMNS)

_FORMER_NAMES = "SELECT name FROM former_names WHERE job_id = ? ORDER BY renamed"
_JOBS = f"SELECT {', '.join(rows.JOB_COLUMNS)} FROM jobs"  # noqa: S608 - constant


def servers(db: Session) -> list[Server]:
    """Return every server, in the order of their ids."""
    found = db.execute(f"SELECT {_SERVER_COLUMNS} FROM servers ORDER BY id")  # noqa: S608 - constant
    return [rows.server(row) for row in found]


def machine_ids(db: Session) -> Iterator[tuple[str, int]]:
    """Yield each machine-id with its server's id."""
    yield from db.execute("SELECT machine_id, server_id FROM machine_ids")


def fetched_ids(db: Session) -> set[str]:
    """Return the machine-ids that only fetched reports had so far."""
    return {row[0] for row in db.execute("SELECT machine_id FROM machine_ids WHERE fetched")}


def server(db: Session, server_id: int) -> Server | None:
    """Return a server; None if no server has this id."""
    query = f"SELECT {_SERVER_COLUMNS} FROM servers WHERE id = ?"  # noqa: S608 - constant
    row = db.execute(query, (server_id,)).fetchone()
    return None if row is None else rows.server(row)


def jobs(db: Session) -> Iterator[Job]:
    """Yield every job with its stored state, in the order of their ids."""
    former: defaultdict[int, list[str]] = defaultdict(list)
    for job_id, name in db.execute("SELECT job_id, name FROM former_names ORDER BY renamed"):
        former[job_id].append(name)
    for row in db.execute(f"{_JOBS} ORDER BY id"):
        yield rows.job(row, former.get(row[0], ()))


def jobs_of(db: Session, server_id: int) -> Iterator[Job]:
    """Yield the jobs of a server, in the order of their ids."""
    found = db.execute(f"{_JOBS} WHERE server_id = ? ORDER BY id", (server_id,)).fetchall()
    yield from _with_former_names(db, found)


def job(db: Session, job_id: int) -> Job | None:
    """Return a job; None if no job has this id."""
    found = db.execute(f"{_JOBS} WHERE id = ?", (job_id,)).fetchall()
    return next(_with_former_names(db, found), None)


def _with_former_names(db: Session, found: Iterable[Row]) -> Iterator[Job]:
    for row in found:
        names = db.execute(_FORMER_NAMES, (row[0],)).fetchall()
        yield rows.job(row, (name for (name,) in names))


def last_run(db: Session) -> int:
    """Return the largest id of a run; 0 if there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM runs").fetchone()[0])


def created(db: Session) -> Millis:
    """Return when the database was created."""
    found = db.execute("SELECT value FROM meta WHERE key = 'created'").fetchone()
    return int(found[0])


def runs(
    db: Session, chosen: RunFilter, before: tuple[Millis, int] | None, limit: int
) -> list[JobRun]:
    """Return runs, newest first, after the order key of the last one seen."""
    where, values = _conditions(chosen, before)
    query = f"""
SELECT runs.job_id, {_RUN_COLUMNS} FROM runs {where}
ORDER BY runs.started DESC, runs.id DESC LIMIT ?"""  # noqa: S608 - constant parts, bound values
    found = db.execute(query, [*values, limit])
    return [JobRun(job_id, rows.stored_run(run)) for job_id, *run in found]


def run(db: Session, run_id: int) -> StoredDetail | None:
    """Return one run; None if no run has this id."""
    query = f"""
SELECT runs.job_id, counted_names.names, runs.counted, logs.log, {_RUN_COLUMNS}
FROM runs LEFT JOIN logs ON logs.run_id = runs.id
LEFT JOIN counted_names ON counted_names.id = runs.names_id WHERE runs.id = ?"""  # noqa: S608 - constant
    row = db.execute(query, [run_id]).fetchone()
    if row is None:
        return None
    job_id, names, counted, log, *stored = row
    numbers = rows.unpack_counted(names, counted)
    return StoredDetail(job_id, rows.stored_run(stored), numbers, rows.unpack_log(log))


def runs_of(db: Session, job_id: int) -> list[StoredRun]:
    """Return all stored runs of a job, in the order of their starts."""
    query = f"SELECT {_RUN_COLUMNS} FROM runs WHERE job_id = ? ORDER BY started, id"  # noqa: S608 - constant
    return [rows.stored_run(row) for row in db.execute(query, [job_id])]


def last_backup(db: Session, job_id: int) -> StoredRun | None:
    """Return the backup run of a job that started last; None without one."""
    query = f"""
SELECT {_RUN_COLUMNS} FROM runs WHERE job_id = ? AND {rows.COUNTS}
ORDER BY started DESC, id DESC LIMIT 1"""  # noqa: S608 - constant
    row = db.execute(query, [job_id]).fetchone()
    return None if row is None else rows.stored_run(row)


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
