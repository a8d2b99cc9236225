"""Databases with many runs, made once in each call of the benchmark, copied for each measurement.

The runs go through the store's own `record`, so the file holds what uploads would have left. But
all are in one transaction and one body is read for each job, so it takes well under a minute.
"""

import os
import shutil
from pathlib import Path

from exporter.store import database, recording
from exporter.store.recording import Entry
from tests.bench import reports
from tests.bench.reports import JOBS, STORED_SINCE


def jobs_of(runs: int) -> int:
    """Return over how many jobs so many runs are spread."""
    return min(runs, JOBS)


def fill(path: Path, runs: int) -> Path:
    """Make a database that holds so many runs."""
    database.prepare(path)
    db = database.connect(path)
    jobs = jobs_of(runs)
    known: list[Entry] = []
    db.execute("BEGIN IMMEDIATE")
    for place in reports.places(runs, jobs, STORED_SINCE):
        delivery = reports.delivery(place)
        if place.number < jobs:
            known.append(Entry.of(reports.report(place), delivery))
        first = known[place.job]
        report = reports.later(first.report, place)
        recording.record(db, Entry(report, delivery, first.counted, first.log))
    db.execute("COMMIT")
    db.close()
    return path


def fresh_copy(filled: Path, folder: Path) -> Path:
    """Copy a database into an empty folder, all of it on disk before it is measured."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    copy = Path(shutil.copyfile(filled, folder / "reports.sqlite"))
    descriptor = os.open(copy, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    return copy
