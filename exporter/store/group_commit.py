"""A thread that does all commits of a store: the work that arrives meanwhile shares the next one.

A durable commit waits for the disk, or for another machine: a hundred reports wait once.
"""

import contextlib
import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from exporter.store.errors import StoreUnavailableError
from exporter.store.handover import Awaited, Outcome, Told, hand_over
from exporter.store.rules.recorder import Recorder
from exporter.store.scope import NOWHERE, Scope

MAX_IN_A_COMMIT = 256

_log = logging.getLogger(__name__)


class WriteRequest(NamedTuple):
    """A piece of work that waits for its commit, with the caller that waits for the outcome."""

    work: Callable[[Recorder], Any]
    then: Callable[[Any], None]
    scope: Scope
    alone: bool
    until: float
    outcome: Outcome


_END = WriteRequest(lambda _: None, lambda _: None, NOWHERE, alone=True, until=0, outcome=Outcome())
"""Queued after all work: the thread ends."""


class RollbackError(Exception):
    """Undoes a transaction of which only the outcome was wanted."""


class LaterError(Exception):
    """Postpones a piece of work: what it needs is locked, and others must not wait for it."""


class GroupCommit(ABC):
    """Runs pieces of work, each completely or not at all, in the order of their commits.

    Work may run a second time when another piece in its transaction fails, so it must change
    nothing but the database.
    """

    def __init__(self, patience: float) -> None:
        """Start the thread; a caller waits at most `patience` seconds for its commit."""
        self._patience = patience
        self._waiting: SimpleQueue[WriteRequest] = SimpleQueue()
        self._put_back: WriteRequest | None = None
        self._door = threading.Lock()
        self._closed = False
        self.waiting = 0
        """The number of callers that wait for their commit."""
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    @abstractmethod
    def _commit(self, requests: Sequence[WriteRequest]) -> list[Any]:
        """Return what the work of each request returned, once all of it is durable."""

    @abstractmethod
    def _unavailable(self, error: Exception) -> StoreUnavailableError | None:
        """Return the error to raise for one of the database; None for an error of the work."""

    def _is_alone(self, request: WriteRequest) -> bool:
        """Return whether a piece of work needs its own transaction."""
        return request.alone

    def do(
        self,
        work: Callable[[Recorder], Any],
        then: Callable[[Any], None],
        scope: Scope = NOWHERE,
        *,
        alone: bool = False,
    ) -> Any:  # noqa: ANN401 - whatever the work returned
        """Return what the work returned, once that is durable and was passed to `then`.

        Raises:
            StoreUnavailableError: the database does not accept it now.
        """
        outcome = Awaited()
        self._queue(WriteRequest(work, then, scope, alone, self._until(), outcome))
        try:
            return outcome.wait(self._patience)
        except TimeoutError:
            raise StoreUnavailableError("the database did not answer in time") from None
        finally:
            self._no_longer_waits()

    def submit(
        self,
        work: Callable[[Recorder], Any],
        then: Callable[[Any], None],
        scope: Scope,
        told: Callable[[Told], None],
    ) -> Told:
        """Do the same without waiting: `told` gets the outcome, in whatever thread it comes in.

        Raises:
            StoreUnavailableError: the database is being closed.
        """

        def tell(outcome: Told) -> None:
            self._no_longer_waits()
            told(outcome)

        outcome = Told(self._until(), tell)
        self._queue(
            WriteRequest(work, then, scope, alone=False, until=outcome.until, outcome=outcome)
        )
        return outcome

    def _until(self) -> float:
        return time.monotonic() + self._patience

    def _queue(self, request: WriteRequest) -> None:
        with self._door:
            if self._closed:
                raise StoreUnavailableError("the database is being closed")
            self.waiting += 1
            self._waiting.put(request)

    def _no_longer_waits(self) -> None:
        with self._door:
            self.waiting -= 1

    def put(self, work: Callable[[Recorder], Any], scope: Scope) -> None:
        """Queue a piece of work that nobody waits for."""
        self._waiting.put(
            WriteRequest(work, ignore, scope, alone=False, until=self._until(), outcome=Outcome())
        )

    def dry_run(self, work: Callable[[Recorder], Any], scope: Scope = NOWHERE) -> Any:  # noqa: ANN401 - as above
        """Return what the work returns, and undo what it did; otherwise as `do`."""
        outcomes: list[Any] = []

        def undone(recorder: Recorder) -> None:
            outcomes.append(work(recorder))
            raise RollbackError

        with contextlib.suppress(RollbackError):
            self.do(undone, lambda _: None, scope, alone=True)
        return outcomes[-1]

    def finish(self) -> None:
        """Finish the waiting work and end the thread."""
        with self._door:
            self._closed = True
            self._waiting.put(_END)
        self._thread.join()

    def _work(self) -> None:
        while self._commit_next():
            pass  # what was committed is freed before waiting for the next

    def _commit_next(self) -> bool:
        """Wait for work and commit it. Return False at the end."""
        requests = self._take()
        wanted = [request for request in requests if request.outcome.is_wanted]
        try:
            self._finish(wanted)
        except BaseException as error:  # noqa: BLE001 - the waiting callers must get it
            _log.exception("the writer failed")
            _fail(wanted, error)
        return bool(requests)

    def _take(self) -> list[WriteRequest]:
        """Wait for work. Return the requests that share a commit; none at the end."""
        first, self._put_back = self._put_back or self._waiting.get(), None
        if first is _END:
            return []
        requests = [first]
        if self._is_alone(first):
            return requests
        with contextlib.suppress(Empty):
            while len(requests) < MAX_IN_A_COMMIT:
                request = self._waiting.get_nowait()
                if request is _END or self._is_alone(request):
                    self._put_back = request
                    break
                requests.append(request)
        return requests

    def _finish(self, requests: Sequence[WriteRequest]) -> None:
        if not requests:
            return
        try:
            outcomes = self._commit(requests)
        except LaterError as error:
            self._postpone(requests, error)
        except Exception as error:  # noqa: BLE001 - an error of the work goes to its caller
            unavailable = self._unavailable(error)
            if unavailable is None:
                self._finish_alone(requests, error)
            else:
                _fail(requests, unavailable)
        else:
            for request, outcome in zip(requests, outcomes, strict=True):
                _show(request, outcome)
            hand_over(request.outcome for request in requests)

    def _postpone(self, requests: Sequence[WriteRequest], error: LaterError) -> None:
        for request in requests:
            if time.monotonic() < request.until:
                self._waiting.put(request)
            else:
                _fail([request], StoreUnavailableError(str(error)))

    def _finish_alone(self, requests: Sequence[WriteRequest], error: Exception) -> None:
        """Run each request in its own transaction, so that an error affects one caller only."""
        if len(requests) == 1:
            _fail(requests, error)
            return
        for request in requests:
            self._finish([request])


def _fail(requests: Sequence[WriteRequest], error: BaseException) -> None:
    """Give an error to those callers who have no outcome yet, and wake all of them."""
    waiting = [request.outcome for request in requests if not request.outcome.has_come]
    for outcome in waiting:
        if not outcome.known:
            outcome.fail(error)
    hand_over(waiting)


def _show(request: WriteRequest, outcome: object) -> None:
    try:
        request.then(outcome)
    except Exception:  # noqa: BLE001 - the report is on disk and is to be acknowledged
        _log.exception("a recorded change could not be shown; a restart will show it")
    request.outcome.succeed(outcome)


def ignore(_: object) -> None:
    """Do nothing with the outcome of a piece of work."""
