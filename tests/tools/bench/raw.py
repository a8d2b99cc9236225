"""The floor under uploads: the rows of a report by plain SQL, with the daemon's pragmas."""

import sqlite3
from pathlib import Path

from exporter.jobs.state import pack
from exporter.store.rules import rows
from exporter.store.rules.prepared_report import PreparedReport
from tests.tools.bench import reports
from tests.tools.bench.reports import JOBS_OF_A_SERVER, STORED_SINCE, Place

_COLUMNS = ("job_id", "names_id", "counted", *rows.RUN_COLUMNS)
INSERT_RUN = f"INSERT INTO runs ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
INSERT_LOG = "INSERT INTO logs VALUES (?, ?)"
UPDATE_JOB = "UPDATE jobs SET state = ? WHERE id = ?"
_UPDATE_SERVER = (
    "UPDATE servers SET name = ?, version = ?, os = ?, described = ?, last_report = ? WHERE id = ?"
)
_NAMES = 1
"""The names under which the reports of the benchmark count are the first, and the only ones."""

_DAYS_OF_STATE = 40


class RawWriter:
    """Writes what one report leaves in the database; reads nothing, decides nothing."""

    def __init__(self, path: Path, jobs: int, since: int) -> None:
        """Open a database that `filling.fill` made with so many jobs."""
        self._jobs = jobs
        self._since = since
        first = Place(0, jobs, STORED_SINCE)
        self._known = PreparedReport.from_report(reports.report(first), reports.delivery(first))
        self._machine = self._known.report.machine
        newest = Place((_DAYS_OF_STATE - 1) * jobs, jobs, STORED_SINCE)
        self._state = pack(reports.state(self._known, newest, _DAYS_OF_STATE))
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")

    def begin(self) -> None:
        """Begin a transaction."""
        self._connection.execute("BEGIN IMMEDIATE")

    def write(self, number: int) -> int:
        """Write the rows of one report; return its run's id."""
        place = Place(number, self._jobs, self._since)
        began = place.began
        execute = self._connection.execute
        run_id = execute(INSERT_RUN, run_values(self._known, place)).lastrowid
        execute(INSERT_LOG, (run_id, self._known.log))
        execute(UPDATE_JOB, (self._state, place.job + 1))
        machine = self._machine
        facts = (machine.name, machine.version, machine.os, began, began)
        execute(_UPDATE_SERVER, (*facts, place.job // JOBS_OF_A_SERVER + 1))
        return run_id or 0

    def commit(self) -> None:
        """Make it durable."""
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


def run_values(known: PreparedReport, place: Place) -> tuple[object, ...]:
    """Return the row of a run like a known one."""
    began = place.began
    run = reports.later(known.report, place).run
    return (place.job + 1, _NAMES, known.counted, began, began + 1, *rows.run_row(run))
