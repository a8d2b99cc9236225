"""Databases with many runs, made once in each call of the benchmark.

The first run of each job goes through the store's own path. The others are written as rows in one
transaction, and each job's kept state is folded from its newest runs, so that a million runs take
half a minute and leave what a million uploads would have left.
"""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from exporter.jobs.state import pack
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.rules.write_cache import WriteCache
from exporter.store.sqlite import connection
from exporter.store.sqlite.transaction import Transaction
from exporter.times import Millis
from tests.tools.bench import raw, reports
from tests.tools.bench.reports import STORED_SINCE, Place


class Size(NamedTuple):
    """How many runs a database holds, of how many jobs: the same number of each."""

    runs: int
    jobs: int


def fill(path: Path, size: Size, began: Millis | None = None) -> Path:
    """Make a database whose first runs began at a time, by default long ago."""
    since = STORED_SINCE if began is None else began
    connection.prepare(path)
    db = connection.connect(path)
    first = [_entry(place) for place in reports.places(size.jobs, size.jobs, since)]
    known = first[0]
    with Transaction(db, WriteCache.load(db)) as transaction:
        for prepared in first:
            transaction.record(prepared)
    with db.atomic():
        _add_runs(db, known, size, since)
        _set_states(db, known, size, since)
    db.close()
    return path


def _entry(place: Place) -> PreparedReport:
    return PreparedReport.from_report(reports.report(place), reports.delivery(place))


def fresh_copy(filled: Path, folder: Path) -> Path:
    """Copy a database into an empty folder, all of it on disk before it is measured."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    copy = Path(shutil.copyfile(filled, folder / "reports.sqlite"))
    descriptor = os.open(copy, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    return copy


def _add_runs(db: Database, known: PreparedReport, size: Size, since: Millis) -> None:
    later = range(size.jobs, size.runs)
    places = (Place(number, size.jobs, since) for number in later)
    db.conn.executemany(raw.INSERT_RUN, (raw.run_values(known, place) for place in places))
    db.conn.executemany(raw.INSERT_LOG, ((number + 1, known.log) for number in later))


def _set_states(db: Database, known: PreparedReport, size: Size, since: Millis) -> None:
    for newest in range(size.runs - size.jobs, size.runs):
        place = Place(newest, size.jobs, since)
        state = reports.state(known, place, size.runs // size.jobs)
        packed = pack(state)
        db.execute(raw.UPDATE_JOB, (packed, place.job + 1))
