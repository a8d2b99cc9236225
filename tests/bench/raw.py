"""The floor under uploads: the rows of a report by plain SQL, with the daemon's pragmas."""

import sqlite3
import time
from pathlib import Path

from exporter.store import rows
from tests.bench import reports
from tests.bench.filling import jobs_of
from tests.bench.reports import JOBS_OF_A_SERVER, POSTED_SINCE, Place

_COLUMNS = ("job_id", "counted", *rows.RUN_COLUMNS)
_INSERT_RUN = f"INSERT INTO runs ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_INSERT_LOG = "INSERT INTO logs VALUES (?, ?)"
_UPDATE_JOB = "UPDATE jobs SET state = ? WHERE id = ?"
_UPDATE_SERVER = (
    "UPDATE servers SET name = ?, version = ?, os = ?, described = ?, last_report = ? WHERE id = ?"
)


class RawWriter:
    """Writes what one report leaves in the database; reads nothing, decides nothing."""

    def __init__(self, path: Path, runs: int) -> None:
        """Open a database that `filling.fill` made with so many runs."""
        self._jobs = jobs_of(runs)
        known = reports.report(Place(0, self._jobs, POSTED_SINCE))
        self._machine = known.machine
        self._run = rows.run_row(known.run)
        self._counted, self._log = rows.pack_counted(known.counted), rows.pack_log(known.log)
        self._state = reports.full_state(known)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")

    def begin(self) -> None:
        """Begin a transaction."""
        self._connection.execute("BEGIN IMMEDIATE")

    def write(self, number: int) -> int:
        """Write the rows of one report; return its run's id."""
        place = Place(number, self._jobs, POSTED_SINCE)
        began = place.began
        execute = self._connection.execute
        values = (place.job + 1, self._counted, began, began, *self._run)
        run_id = execute(_INSERT_RUN, values).lastrowid
        execute(_INSERT_LOG, (run_id, self._log))
        execute(_UPDATE_JOB, (self._state, place.job + 1))
        machine, server_id = self._machine, place.job // JOBS_OF_A_SERVER + 1
        facts = (machine.name, machine.version, machine.os, began, began)
        execute(_UPDATE_SERVER, (*facts, server_id))
        return run_id or 0

    def commit(self) -> None:
        """Make it durable."""
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


def commits_per_second(path: Path, runs: int, seconds: float) -> float:
    """Measure commits of one report each, in this thread."""
    writer = RawWriter(path, runs)
    began = time.perf_counter()
    number = 0
    while (passed := time.perf_counter() - began) < seconds:
        writer.begin()
        writer.write(number)
        writer.commit()
        number += 1
    writer.close()
    return number / passed
