"""The one writer of the database.

SQLite takes one writer at a time, and a durable commit waits for the disk. So whoever comes first
commits, and whatever waits meanwhile shares the next commit, made by the first of those that wait.
No thread of its own has to be woken for it, or supervised.
"""

import contextlib
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any, TypeVar

from sqlite_utils import Database

from exporter.limits import Limits
from exporter.store.changes import Change
from exporter.store.errors import StoreBusyError, StoreUnavailableError
from exporter.store.known import Known
from exporter.store.presence import Presence
from exporter.store.transaction import DEFAULTS, Transaction
from exporter.store.wholeness import Wholeness

_MOST_IN_A_COMMIT = 256
_PATIENCE_SECONDS = 30.0
"""How long a caller waits for its commit; a sender of Duplicati gives up after 100 s."""

_log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


class _UndoneError(Exception):
    """Undoes a transaction whose outcome is all that was wanted."""


class _Task:
    """A piece of work that waits for its commit, and what became of it."""

    def __init__(
        self, work: Callable[[Transaction], Any], then: Callable[[Any], None], *, alone: bool
    ) -> None:
        self.work = work
        self.then = then
        self.alone = alone
        self.leads = False
        self.done = False
        self._outcome: Any = None
        self._error: Exception | None = None
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def succeed(self, outcome: object) -> None:
        self._outcome = outcome
        self._end()

    def fail(self, error: Exception) -> None:
        self._error = error
        self._end()

    def lead(self) -> None:
        """Make the caller that waits for this piece the one that commits."""
        self.leads = True
        self._asleep.release()

    def _end(self) -> None:
        self.done = True
        if not self.leads:
            self._asleep.release()

    def sleep(self) -> None:
        """Wait until the piece is done or leads, but not for ever."""
        self._asleep.acquire(timeout=_PATIENCE_SECONDS)

    def outcome(self) -> Any:  # noqa: ANN401 - whatever the work returned
        if not self.done:
            raise StoreUnavailableError("the database did not answer in time")
        if self._error is not None:
            raise self._error
        return self._outcome


class Writer:
    """Runs pieces of work, each whole or not at all, in the order of their commits.

    Any thread may call `run` and `run_alone`. Work may run a second time when another piece in
    its transaction fails, so it must change nothing but the database.
    """

    def __init__(self, db: Database, limits: Limits = DEFAULTS) -> None:
        self._db = db
        self._limits = limits
        self._known = Known.load(db)
        self._presence = Presence(db)
        self._whole = Wholeness(db)
        self._mutex = threading.Condition()
        self._waiting: deque[_Task] = deque()
        self._led = False
        self._closed = False

    def everything(self) -> Change:
        """Return every server and job as they are."""
        return self._known.everything()

    def check_files(self) -> None:
        """Raise `StoreUnavailableError` where the files are no longer those that were opened."""
        self._presence.check()

    @property
    def is_untouched(self) -> bool:
        """Whether the files look as they were left, so that nothing has to be looked at anew."""
        return self._whole.is_untouched

    @property
    def generation(self) -> int:
        """Another number once the files were read anew: who read before has it from the old."""
        return self._whole.generation

    def doubt(self, error: sqlite3.Error) -> None:
        """Have the files looked at where SQLite found damage."""
        self._whole.doubt(error)

    def run(
        self, work: Callable[[Transaction], Outcome], then: Callable[[Outcome], None]
    ) -> Outcome:
        """Return what the work returned, once that is durable and `then` has seen it.

        The transaction may hold other pieces of work. `then` is called in the order of the
        commits.

        Raises:
            StoreUnavailableError: the database does not take it now.
        """
        outcome: Outcome = self._do(_Task(work, then, alone=False))
        return outcome

    def change(self, work: Callable[[Database], Change], then: Callable[[Change], None]) -> None:
        """Run work that changes what is known, in a transaction of its own; else as `run`."""

        def tell(change: Change) -> None:
            self._known.apply(change)
            then(change)

        self._do(_Task(lambda transaction: work(transaction.db), tell, alone=True))

    def try_out(self, work: Callable[[Transaction], Outcome]) -> Outcome:
        """Return what the work would return, and undo it; else as `run`."""
        outcomes: list[Outcome] = []

        def undone(transaction: Transaction) -> None:
            outcomes.append(work(transaction))
            raise _UndoneError

        with contextlib.suppress(_UndoneError):
            self._do(_Task(undone, lambda _: None, alone=True))
        return outcomes[-1]

    def close(self) -> None:
        """Finish what waits, then close the connection."""
        with self._mutex:
            self._closed = True
            self._mutex.wait_for(lambda: not self._led)
        self._db.close()

    def _do(self, task: _Task) -> Any:  # noqa: ANN401 - whatever the work returned
        self._join(task)
        try:
            task.sleep()
            if task.leads and not task.done:
                self._lead()
        finally:
            self._withdraw(task)
        return task.outcome()

    def _join(self, task: _Task) -> None:
        """Queue a piece; where nobody commits, its caller does."""
        with self._mutex:
            if self._closed:
                raise StoreUnavailableError("the database is being closed")
            self._waiting.append(task)
            if not self._led:
                self._led = True
                task.lead()

    def _withdraw(self, task: _Task) -> None:
        """Leave the queue, done or not. Who leads hands on, however its turn ended."""
        if task.done and not task.leads:
            return
        with self._mutex:
            if task in self._waiting:
                self._waiting.remove(task)
            if task.leads:
                self._hand_on()

    def _lead(self) -> None:
        with self._mutex:
            tasks = self._take()
        try:
            self._finish(tasks)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
            _log.exception("the writer failed")
            _fail(tasks, error)
        finally:
            _fail(tasks, StoreUnavailableError("the commit was broken off"))

    def _take(self) -> list[_Task]:
        """Take what shares a commit from the front of what waits."""
        if self._waiting[0].alone:
            return [self._waiting.popleft()]
        together = takewhile(lambda task: not task.alone, self._waiting)
        count = min(sum(1 for _ in together), _MOST_IN_A_COMMIT)
        return [self._waiting.popleft() for _ in range(count)]

    def _hand_on(self) -> None:
        """Let the first that waits lead. Needs the mutex."""
        if self._waiting:
            self._waiting[0].lead()
        else:
            self._led = False
            self._mutex.notify_all()

    def _finish(self, tasks: list[_Task]) -> None:
        try:
            outcomes = self._commit(tasks)
        except StoreUnavailableError as error:
            _fail(tasks, error)
        except sqlite3.DatabaseError as error:
            if _is_of_the_work(error):
                self._finish_alone(tasks, error)
            else:
                self._whole.doubt(error)
                _log.error("the database does not take writes: %s", error)
                _fail(tasks, _unavailable(error))
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
        self.check_files()
        self._db.rollback()  # does nothing, unless a transaction could not be undone at its end
        if self._known.torn:
            self._known = Known.load(self._db)
        self._db = self._whole.check(self._db, self._known)
        with Transaction(self._db, self._known, self._limits) as transaction:
            outcomes = [task.work(transaction) for task in tasks]
        self._whole.left()
        return outcomes


def _is_of_the_work(error: sqlite3.DatabaseError) -> bool:
    """Tell a statement that is wrong from a database that is locked, full or damaged."""
    return not isinstance(error, sqlite3.OperationalError) and type(error) is not (
        sqlite3.DatabaseError
    )


def _unavailable(error: sqlite3.DatabaseError) -> StoreUnavailableError:
    # An error of Python's module itself has no code; the lower byte of a code says its kind.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return (StoreBusyError if code == sqlite3.SQLITE_BUSY else StoreUnavailableError)(str(error))


def _fail(tasks: Sequence[_Task], error: Exception) -> None:
    """Tell an error to those that were told nothing yet."""
    for task in tasks:
        if not task.done:
            task.fail(error)


def _tell(task: _Task, outcome: object) -> None:
    try:
        task.then(outcome)
    except Exception:  # noqa: BLE001 - the report is on disk and is to be acknowledged
        _log.exception("a recorded change could not be shown; a restart will show it")
    task.succeed(outcome)
