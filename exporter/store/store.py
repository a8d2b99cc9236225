"""The store: one file, one writer, any number of readers."""

import contextlib
import queue
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlite_utils import Database

from exporter.model import Delivery, Rejected, Report, Server
from exporter.store import database, reading, recording
from exporter.store.errors import StoreUnavailableError
from exporter.store.reading import JobRun, RunFilter, StoredDetail
from exporter.store.recording import Entry, Job, Recorded
from exporter.store.writer import Writer
from exporter.times import Millis, now


class Store:
    """The reports that were received. Every method may be called from any thread.

    A write is durable on disk when its method returns: it then survives a loss of power. Two
    writes never see each other half done. Reads see what was committed when they began and
    never wait for a write.

    Every method raises `StoreUnavailableError` when the database does not answer.
    """

    def __init__(self, path: Path) -> None:
        """Open a database, made or upgraded as needed.

        Raises:
            StoreError: the file can not serve.
        """
        database.prepare(path)
        self._path = path
        self._writer = Writer(database.connect(path))
        self._readers: queue.SimpleQueue[Database] = queue.SimpleQueue()

    def close(self) -> None:
        """Finish the writes that wait and close the file."""
        self._writer.close()
        with contextlib.suppress(queue.Empty):
            while True:
                self._readers.get_nowait().close()

    def record(
        self, report: Report, delivery: Delivery, then: Callable[[Recorded], None]
    ) -> Recorded:
        """Record a report whole or not at all.

        Args:
            report: what the sender told.
            delivery: how it came.
            then: called with the outcome before this returns, one at a time, in commit order.
        """
        entry = Entry.of(report, delivery)
        return self._writer.run(lambda db: recording.record(db, entry), then)

    def reject(self, rejected: Rejected) -> None:
        """Keep what could not be understood; only the newest are kept, and their first bytes."""
        self._writer.run(lambda db: recording.reject(db, rejected), lambda _: None)

    def probe(self) -> None:
        """Write a mark, to learn whether a report could be recorded now."""
        self._writer.run(
            lambda db: db.execute("UPDATE meta SET value = ? WHERE key = 'probed'", (now(),)),
            lambda _: None,
        )

    def created(self) -> Millis:
        """Return when the database was made."""
        with self._reader() as db:
            return reading.created(db)

    def servers(self) -> list[Server]:
        """Return every server, in the order of their ids."""
        with self._reader() as db:
            return reading.servers(db)

    def machine_ids(self) -> list[tuple[str, int]]:
        """Return each machine-id with its server's id."""
        with self._reader() as db:
            return list(reading.machine_ids(db))

    def jobs(self) -> list[Job]:
        """Return every job with its kept state, in the order of their ids."""
        with self._reader() as db:
            return list(reading.jobs(db))

    def runs(
        self, chosen: RunFilter, before: tuple[Millis, int] | None, limit: int
    ) -> list[JobRun]:
        """Return runs, newest start first, from behind the order key of the last one seen."""
        with self._reader() as db:
            return reading.runs(db, chosen, before, limit)

    def run(self, run_id: int) -> StoredDetail | None:
        """Return one run with what it counted and its log, or None where there is none."""
        with self._reader() as db:
            return reading.run(db, run_id)

    def rejected(self, before: int | None, limit: int) -> list[Rejected]:
        """Return what could not be understood, newest first, from behind the last id seen."""
        with self._reader() as db:
            return reading.rejected(db, before, limit)

    def size_bytes(self) -> int:
        """Return the size of the database."""
        with self._reader() as db:
            return reading.size_bytes(db)

    @contextlib.contextmanager
    def _reader(self) -> Iterator[Database]:
        """Lend a connection; opening one for each question would cost five times the question."""
        try:
            db = self._readers.get_nowait()
        except queue.Empty:
            db = self._open_reader()
        try:
            yield db
        except sqlite3.DatabaseError as error:
            raise StoreUnavailableError(str(error)) from error
        finally:
            self._readers.put(db)

    def _open_reader(self) -> Database:
        try:
            return database.connect_reader(self._path)
        except sqlite3.DatabaseError as error:
            raise StoreUnavailableError(str(error)) from error
