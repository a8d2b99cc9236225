"""Recording bodies straight into a store."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.jobs.job import Job
from exporter.model import Delivery
from exporter.reports import read_report
from exporter.store import Recorded, Store
from exporter.times import Millis
from tests.support.daemon import NOW, SENDER


def deliver(
    store: Store,
    body: bytes,
    *,
    received: Millis = NOW,
    sender: str = SENDER,
    server: str | None = None,
) -> Recorded:
    """Record a body as the upload route does; `server` is the one named in the URL."""
    delivery = Delivery(received, sender, server)
    return store.record(read_report(body), delivery)


def job_of(store: Store, recorded: Recorded) -> Job:
    """Return a recorded report's job as the store has it now."""
    jobs = {job.id: job for job in store.snapshot().jobs}
    return jobs[recorded.job.id]


@contextmanager
def sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database as another program would."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def left_out(what: str, error: Exception) -> None:
    """Fail where something cannot be read."""
    raise AssertionError(what) from error
