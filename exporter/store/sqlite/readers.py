"""Connections for reading, lent to one query each."""

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
    """Lends connections; opening one for each query would take five times as long as the query."""

    def __init__(self, path: Path, writer: GroupCommitWriter) -> None:
        self._path = path
        self._writer = writer
        self._idle: queue.SimpleQueue[tuple[int, Database]] = queue.SimpleQueue()
        self._closed = False

    @contextlib.contextmanager
    def lend(self) -> Iterator[Database]:
        """Lend a connection that was opened after the file was last checked and read again.

        Raises:
            StoreUnavailableError: the database does not answer.
        """
        generation = self._writer.generation
        with answering(), self._noting_damage():
            db = self._take(generation)
            try:
                yield db
            finally:
                self._return(generation, db)

    @contextlib.contextmanager
    def _noting_damage(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._writer.doubt(error)
            raise

    def close(self) -> None:
        """Close the idle connections, and the others when they are returned."""
        self._closed = True
        self._drain()

    def _return(self, generation: int, db: Database) -> None:
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
