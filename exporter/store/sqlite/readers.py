"""Connections that read, lent to one question each."""

import contextlib
import queue
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from exporter.store.sqlite import connection
from exporter.store.sqlite.answering import answering
from exporter.store.sqlite.writer import GroupCommitWriter


class Readers:
    """Lends connections; opening one for each question would cost five times the question."""

    def __init__(self, path: Path, writer: GroupCommitWriter) -> None:
        self._path = path
        self._writer = writer
        self._idle: queue.SimpleQueue[tuple[int, Database]] = queue.SimpleQueue()
        self._closed = False

    @contextlib.contextmanager
    def lend(self) -> Iterator[Database]:
        """Lend a connection that knows nothing from before the file was last read anew.

        Raises:
            StoreUnavailableError: the database does not answer.
        """
        generation = self._writer.generation
        with answering(), self._doubting():
            db = self._take(generation)
            try:
                yield db
            finally:
                self._give_back(generation, db)

    @contextlib.contextmanager
    def _doubting(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._writer.doubt(error)
            raise

    def close(self) -> None:
        """Close those that nobody has now, and any other when it comes back."""
        self._closed = True
        self._drain()

    def _give_back(self, generation: int, db: Database) -> None:
        self._idle.put((generation, db))
        if self._closed:
            self._drain()

    def _drain(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait()[1].close()

    def _take(self, generation: int) -> Database:
        with contextlib.suppress(queue.Empty):
            while True:
                opened, db = self._idle.get_nowait()
                if opened == generation:
                    return db
                db.close()
        self._writer.check_files()
        return connection.connect_reader(self._path)
