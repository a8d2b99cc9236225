"""The one writer of the database.

SQLite takes one writer at a time, and a durable commit waits for the disk. So one thread makes all
commits, and whatever comes meanwhile shares the next.
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

from sqlite_utils import Database

from exporter.limits import Limits
from exporter.store.changes import Change
from exporter.store.errors import StoreBusyError, StoreUnavailableError
from exporter.store.rules.recorder import Recorder
from exporter.store.rules.write_cache import WriteCache
from exporter.store.session import Session
from exporter.store.sqlite.file_identity import FileIdentity
from exporter.store.sqlite.transaction import DEFAULTS, Transaction
from exporter.store.sqlite.wholeness import Wholeness

_MAX_IN_A_COMMIT = 256
_COMMIT_TIMEOUT_SECONDS = 30.0
"""How long a caller waits for its commit; a sender of Duplicati gives up after 100 s."""

_log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


class _RollbackError(Exception):
    """Undoes a transaction whose outcome is all that was wanted."""


class _WriteRequest(NamedTuple):
    """A piece of work that waits for its commit, and where what becomes of it is told."""

    work: Callable[[Recorder], Any]
    then: Callable[[Any], None]
    alone: bool
    future: Future[Any]


_END = _WriteRequest(lambda _: None, lambda _: None, alone=True, future=Future())
"""Behind all work: the thread ends."""


class GroupCommitWriter:
    """Runs pieces of work, each whole or not at all, in the order of their commits.

    Any thread may call `run` and `run_alone`. Work may run a second time when another piece in
    its transaction fails, so it must change nothing but the database.
    """

    def __init__(self, db: Database, limits: Limits = DEFAULTS) -> None:
        self._db = db
        self._limits = limits
        self._cache = WriteCache.load(db)
        self._file_identity = FileIdentity(db)
        self._whole = Wholeness(db)
        self._waiting: SimpleQueue[_WriteRequest] = SimpleQueue()
        self._put_back: _WriteRequest | None = None
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def snapshot(self) -> Change:
        """Return every server and job as they are."""
        return self._cache.snapshot()

    def check_files(self) -> None:
        """Raise `StoreUnavailableError` where the files are no longer those that were opened."""
        self._file_identity.check()

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

    def run(self, work: Callable[[Recorder], Outcome], then: Callable[[Outcome], None]) -> Outcome:
        """Return what the work returned, once that is durable and `then` has seen it.

        The transaction may hold other pieces of work. `then` is called in the order of the
        commits.

        Raises:
            StoreUnavailableError: the database does not take it now.
        """
        outcome: Outcome = self._do(work, then, alone=False)
        return outcome

    def change(self, work: Callable[[Session], Change], then: Callable[[Change], None]) -> None:
        """Run work that changes what is known, in a transaction of its own; else as `run`."""

        def tell(change: Change) -> None:
            self._cache.apply(change)
            then(change)

        self._do(lambda transaction: work(transaction.db), tell, alone=True)

    def dry_run(self, work: Callable[[Recorder], Outcome]) -> Outcome:
        """Return what the work would return, and undo it; else as `run`."""
        outcomes: list[Outcome] = []

        def undone(transaction: Recorder) -> None:
            outcomes.append(work(transaction))
            raise _RollbackError

        with contextlib.suppress(_RollbackError):
            self._do(undone, lambda _: None, alone=True)
        return outcomes[-1]

    def close(self) -> None:
        """Finish what waits, then close the connection."""
        with self._door:
            self._closed = True
            self._waiting.put(_END)
        self._thread.join()
        self._db.close()

    def _do(
        self, work: Callable[[Recorder], Any], then: Callable[[Any], None], *, alone: bool
    ) -> Any:  # noqa: ANN401 - whatever the work returned
        told: Future[Any] = Future()
        with self._door:
            if self._closed:
                raise StoreUnavailableError("the database is being closed")
            self._waiting.put(_WriteRequest(work, then, alone, told))
        try:
            return told.result(_COMMIT_TIMEOUT_SECONDS)
        except TimeoutError:
            raise StoreUnavailableError("the database did not answer in time") from None
        finally:
            told.cancel()  # does nothing to what is done or under way

    def _work(self) -> None:
        while self._commit_next():
            pass  # what was committed is let go before the next is waited for

    def _commit_next(self) -> bool:
        """Wait for work and commit it. Return False at the end."""
        requests = self._take()
        wanted = [request for request in requests if request.future.set_running_or_notify_cancel()]
        try:
            self._finish(wanted)
        except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it
            _log.exception("the writer failed")
            _fail(wanted, error)
        return bool(requests)

    def _take(self) -> list[_WriteRequest]:
        """Wait for work. Return what shares a commit, nothing at the end."""
        first, self._put_back = self._put_back or self._waiting.get(), None
        if first.alone:
            return [] if first is _END else [first]
        requests = [first]
        with contextlib.suppress(Empty):
            while len(requests) < _MAX_IN_A_COMMIT:
                request = self._waiting.get_nowait()
                if request.alone:
                    self._put_back = request
                    break
                requests.append(request)
        return requests

    def _finish(self, requests: list[_WriteRequest]) -> None:
        if not requests:
            return
        try:
            outcomes = self._commit(requests)
        except StoreUnavailableError as error:
            _fail(requests, error)
        except sqlite3.DatabaseError as error:
            if _is_of_the_work(error):
                self._finish_alone(requests, error)
            else:
                self._whole.doubt(error)
                _log.error("the database does not take writes: %s", error)
                _fail(requests, _unavailable(error))
        except Exception as error:  # noqa: BLE001 - whatever the work raised is its caller's
            self._finish_alone(requests, error)
        else:
            for request, outcome in zip(requests, outcomes, strict=True):
                _tell(request, outcome)

    def _finish_alone(self, requests: list[_WriteRequest], error: Exception) -> None:
        """Give each piece a transaction of its own, so that one fault hits one caller."""
        if len(requests) == 1:
            _fail(requests, error)
            return
        for request in requests:
            self._finish([request])

    def _commit(self, requests: list[_WriteRequest]) -> list[Any]:
        self.check_files()
        self._db.rollback()  # does nothing, unless a transaction could not be undone at its end
        if self._cache.dirty:
            self._cache = WriteCache.load(self._db)
        self._db = self._whole.check(self._db, self._cache)
        with Transaction(self._db, self._cache, self._limits) as transaction:
            outcomes = [request.work(transaction) for request in requests]
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


def _fail(requests: Sequence[_WriteRequest], error: BaseException) -> None:
    """Tell an error to those that were told nothing yet."""
    for request in requests:
        if not request.future.done():
            request.future.set_exception(error)


def _tell(request: _WriteRequest, outcome: object) -> None:
    try:
        request.then(outcome)
    except Exception:  # noqa: BLE001 - the report is on disk and is to be acknowledged
        _log.exception("a recorded change could not be shown; a restart will show it")
    request.future.set_result(outcome)
