"""The one writer of the database.

SQLite takes one writer at a time, and a durable commit waits for the disk. So one thread writes,
and whatever waits while a commit is under way shares the next one.
"""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from sqlite_utils import Database

from exporter.store.errors import StoreUnavailableError

_MOST_IN_A_COMMIT = 256
_PATIENCE_SECONDS = 30.0
"""How long a caller waits for its commit; a sender of Duplicati gives up after 100 s."""

_log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


class _Task(NamedTuple):
    work: Callable[[Database], Any]
    then: Callable[[Any], None]
    done: Future[Any]


class Writer:
    """Runs pieces of work, each whole or not at all, in the order of their commits.

    Any thread may call `run`. Work runs on the writer's thread inside a transaction that may hold
    other pieces; it may run a second time when one of those fails, so it must change nothing but
    the database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        # Nothing comes into the queue behind the None that ends it.
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Database], Outcome], then: Callable[[Outcome], None]) -> Outcome:
        """Return what the work returned, once that is durable and `then` has seen it.

        `then` runs on the writer's thread, in the order of the commits.

        Raises:
            StoreUnavailableError: the database does not take it now.
        """
        task = _Task(work, then, Future())
        with self._gate:
            if self._closed:
                raise StoreUnavailableError("the database is being closed")
            self._tasks.put(task)
        try:
            outcome: Outcome = task.done.result(_PATIENCE_SECONDS)
        except TimeoutError:
            raise StoreUnavailableError("the database did not answer in time") from None
        return outcome

    def close(self) -> None:
        """Finish what waits, then close the connection."""
        with self._gate:
            self._closed = True
            self._tasks.put(None)
        self._thread.join()
        self._db.close()

    def _serve(self) -> None:
        while (task := self._tasks.get()) is not None:
            tasks = [task, *self._waiting()]
            try:
                self._finish(tasks)
            except Exception as error:  # noqa: BLE001 - without its writer the daemon is deaf
                _log.exception("the writer failed")
                _fail([task for task in tasks if not task.done.done()], error)

    def _waiting(self) -> list[_Task]:
        tasks: list[_Task] = []
        while len(tasks) < _MOST_IN_A_COMMIT:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                break
            if task is None:
                self._tasks.put(None)
                break
            tasks.append(task)
        return tasks

    def _finish(self, tasks: list[_Task]) -> None:
        try:
            outcomes = self._commit(tasks)
        except sqlite3.DatabaseError as error:
            if _is_of_the_work(error):
                self._finish_alone(tasks, error)
            else:
                _log.error("the database does not take writes: %s", error)
                _fail(tasks, StoreUnavailableError(str(error)))
        except Exception as error:  # noqa: BLE001 - whatever the work raised is its caller's
            self._finish_alone(tasks, error)
        else:
            for task, outcome in zip(tasks, outcomes, strict=True):
                _tell(task, outcome)

    def _finish_alone(self, tasks: list[_Task], error: Exception) -> None:
        """Give each piece a transaction of its own, so that one fault hits one caller."""
        if len(tasks) == 1:
            _fail(tasks, error)
            return
        for task in tasks:
            self._finish([task])

    def _commit(self, tasks: list[_Task]) -> list[Any]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [task.work(self._db) for task in tasks]
            self._db.execute("COMMIT")
        except BaseException:
            self._db.rollback()
            raise
        return outcomes


def _is_of_the_work(error: sqlite3.DatabaseError) -> bool:
    """Tell a statement that is wrong from a database that is locked, full or damaged."""
    return not isinstance(error, sqlite3.OperationalError) and type(error) is not (
        sqlite3.DatabaseError
    )


def _fail(tasks: list[_Task], error: Exception) -> None:
    for task in tasks:
        task.done.set_exception(error)


def _tell(task: _Task, outcome: object) -> None:
    try:
        task.then(outcome)
    except Exception:  # noqa: BLE001 - the report is on disk and is to be acknowledged
        _log.exception("a recorded change could not be shown; a restart will show it")
    task.done.set_result(outcome)
