"""A database as reports of a whole fleet would have left it, made without sending them.

One report of each server is read, and one of each size and ending. SQLite itself makes the rows of
all runs of these: they differ in their times only. Indices are made at the end, and nothing is safe
on disk before it.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from exporter.store.rules import rows, write_queries
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.sqlite import connection
from exporter.times import DAY
from tests.tools.fill import bodies
from tests.tools.fill.fleet import (
    HABITS,
    JOBS_OF_A_SERVER,
    SIZES,
    FilledFleet,
    FilledJob,
    FilledRun,
)
from tests.tools.fill.states import States

Show = Callable[[str], None]

_AT_ONCE = 1000
_TIMES = (
    *("started", "received", "began", "ended"),
    *("next_scheduled", "verified", "newest_version", "compacted"),
)
_COLUMNS = ("names_id", "counted", *rows.RUN_COLUMNS)
_INSERT_SERVER = """
INSERT INTO servers (id, name, machine_id, version, os, described, last_report)
VALUES (?, ?, ?, ?, ?, ?, ?)"""
_INSERT_JOB = """
INSERT INTO jobs (id, server_id, name, state, backup_id, machine_id)
SELECT ?, servers.id, ?, ?, ?, servers.machine_id FROM servers WHERE servers.id = ?"""
_PRAGMAS = ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -200000")
_TABLES = f"""
CREATE TEMP TABLE kinds (size, ending, log, {", ".join(_COLUMNS)}, PRIMARY KEY (size, ending));
CREATE TEMP TABLE habits (habit, day, ending, PRIMARY KEY (habit, day)) WITHOUT ROWID;
CREATE TEMP TABLE filled (id INTEGER PRIMARY KEY, size, habit, began)"""
_FROM = """
FROM filled CROSS JOIN habits CROSS JOIN kinds
WHERE habits.habit = filled.habit AND habits.day = :day
AND kinds.size = filled.size AND kinds.ending = habits.ending ORDER BY filled.id"""


def fill(path: Path, fleet: FilledFleet, show: Show = lambda _: None) -> Path:
    """Make a database. It has its name once it is finished.

    Raises:
        FileExistsError: there is a file of this name.
    """
    if path.exists():
        raise FileExistsError(path)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        connection.prepare(unfinished)
        with contextlib.closing(connection.connect(unfinished)) as db:
            _fill(db, fleet, show)
        return unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _fill(db: Database, fleet: FilledFleet, show: Show) -> None:
    for pragma in _PRAGMAS:
        db.execute(f"PRAGMA {pragma}").fetchall()
    _add_servers(db, fleet)
    _add_jobs(db, fleet, show)
    _describe(db, fleet)
    with _without_indices(db, show):
        for day in range(fleet.days):
            show(f"{day * fleet.jobs:,} of {fleet.days * fleet.jobs:,} runs")
            _add_day(db, fleet, day)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        db.execute(f"PRAGMA {pragma}").fetchall()


def _add_servers(db: Database, fleet: FilledFleet) -> None:
    """Add each server as the newest reports of its jobs describe it."""
    for first in range(0, fleet.jobs, JOBS_OF_A_SERVER):
        jobs = map(FilledJob, range(first, min(first + JOBS_OF_A_SERVER, fleet.jobs)))
        newest = [fleet.of_job(job, fleet.days - 1) for job in jobs]
        began, ended = max(run.began for run in newest), max(run.ended for run in newest)
        machine = bodies.entry(newest[0]).report.machine
        values = (machine.name, machine.machine_id, machine.version, machine.os, began, ended)
        server_id = newest[0].job.server + 1
        db.execute(_INSERT_SERVER, (server_id, *values))
        db.execute("INSERT INTO machine_ids VALUES (?, ?, 0)", (machine.machine_id, server_id))


def _add_jobs(db: Database, fleet: FilledFleet, show: Show) -> None:
    states, jobs = States(fleet), map(FilledJob, range(fleet.jobs))
    while some := list(islice(jobs, _AT_ONCE)):
        rows_of_some = [
            (job.number + 1, job.name, states.packed(job), job.backup_id, job.server + 1)
            for job in some
        ]
        with db.atomic():
            db.conn.executemany(_INSERT_JOB, rows_of_some)
        show(f"{some[-1].number + 1:,} of {fleet.jobs:,} jobs")
    (kind,) = {entry.report.run.destination_type for _, _, entry in _kinds()}
    with db.atomic():
        db.execute("UPDATE jobs SET destination_type = ?", (kind,))


def _describe(db: Database, fleet: FilledFleet) -> None:
    """Write down what differs from run to run."""
    db.executescript(_TABLES)
    days = range(fleet.days)
    habits = [
        (number, day, habit.ending(fleet.days - 1 - day))
        for number, habit in enumerate(HABITS)
        for day in days
    ]
    _insert(db, "habits", habits)
    names = [write_queries.names_id(db, known.names) for _, _, known in _kinds()]
    _insert(
        db,
        "kinds",
        (
            (size, ending, known.log, names_id, known.counted, *_lengths(known))
            for (size, ending, known), names_id in zip(_kinds(), names, strict=True)
        ),
    )
    jobs = map(FilledJob, range(fleet.jobs))
    began = ((job, fleet.of_job(job, 0).began) for job in jobs)
    _insert(db, "filled", ((job.number + 1, job.size, job.habit, at) for job, at in began))


def _kinds() -> Iterator[tuple[int, str, PreparedReport]]:
    """Yield a run of each size and ending that began at the end of the first day of all."""
    endings = sorted({each for habit in HABITS for each in habit.newest + habit.earlier})
    for size in range(SIZES):
        of_size = next(job for job in map(FilledJob, range(100 * SIZES)) if job.size == size)
        for ending in endings:
            yield size, ending, bodies.entry(FilledRun(of_size, DAY, ending))


def _lengths(known: PreparedReport) -> Iterator[object]:
    run = known.report.run
    row = (known.started, known.delivery.received, *rows.run_row(run))
    for column, value in zip(rows.RUN_COLUMNS, row, strict=True):
        yield value - DAY if column in _TIMES and isinstance(value, int) else value


def _add_day(db: Database, fleet: FilledFleet, day: int) -> None:
    values = {"day": day, "before": day * fleet.jobs, "later": day * DAY}
    chosen = ", ".join(map(_chosen, _COLUMNS))
    columns = f"INSERT INTO runs (id, job_id, {', '.join(_COLUMNS)})"
    with db.atomic():
        db.execute(f"{columns} SELECT filled.id + :before, filled.id, {chosen} {_FROM}", values)
        db.execute(f"INSERT INTO logs SELECT filled.id + :before, kinds.log {_FROM}", values)


def _chosen(column: str) -> str:
    if column in _TIMES:
        return f"filled.began + :later + kinds.{column}"
    if column == "backup_id":
        return "'DB-' || (filled.id - 1)"
    return f"kinds.{column}"


@contextlib.contextmanager
def _without_indices(db: Database, show: Show) -> Iterator[None]:
    """Drop the indices of the runs meanwhile: made at once they take a fraction of the time."""
    made = "SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'runs' AND type = 'index'"
    indices = db.execute(made).fetchall()
    for name, _ in indices:
        db.execute(f"DROP INDEX {name}")
    yield
    for name, statement in indices:
        show(f"index {name}")
        db.execute(statement)


def _insert(db: Database, table: str, values: Iterable[tuple[object, ...]]) -> None:
    first, *rest = values
    marks = ", ".join("?" * len(first))
    with db.atomic():
        db.conn.executemany(f"INSERT INTO {table} VALUES ({marks})", (first, *rest))
