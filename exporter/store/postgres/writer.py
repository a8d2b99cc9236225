"""The writer of a daemon: one commit after the other, each tried until its outcome is known.

A commit whose answer was lost is tried again with the same number and token. If the first try did
commit, that is found under the locks, and its outcomes are the answer: no report is recorded twice,
and no new one is answered as recorded already.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psycopg

from exporter.logs import log_fields
from exporter.store.changes import Change
from exporter.store.errors import StoreUnavailableError
from exporter.store.group_commit import GroupCommit, LaterError, WriteRequest, ignore
from exporter.store.postgres.answered import Answered
from exporter.store.postgres.connecting import (
    Connector,
    SteadyConnection,
    is_lost,
    reason,
    trying,
)
from exporter.store.postgres.feed import Feed, Mark
from exporter.store.postgres.memory import News
from exporter.store.postgres.schema import FORMAT
from exporter.store.postgres.scopes import is_known
from exporter.store.postgres.session import PgSession
from exporter.store.postgres.transaction import (
    ALONE,
    TOGETHER,
    WIDE,
    AlreadyCommittedError,
    Bounds,
    HistoryLostError,
    PgTransaction,
    Recording,
    StaleError,
)
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.rules.recorder import Recorder
from exporter.store.scope import NOWHERE, Scope
from exporter.store.session import Session

_REGISTER = """
INSERT INTO writers (id, heard, version, format) VALUES (?, clock_timestamp(), ?, ?)
ON CONFLICT DO NOTHING"""
_BITS = 62
_RUN_KEY = "runs_pkey"
_LOCKED = (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled)
_START_SECONDS = 30.0
_SPARE_SECONDS = 2.0

_log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


class _SplitError(Exception):
    """What one of several requests needs is locked."""


class _Attempt:
    """Requests that share a commit, and the outcome of the last try."""

    def __init__(self, mark: Mark, scope: Scope, requests: Sequence[WriteRequest]) -> None:
        self.mark = mark
        self.scope = scope
        self.requests = requests
        self.outcomes: list[Any] = []
        self.error: Exception = StoreUnavailableError("the database changes too often")
        self.is_doubtful = False
        """Whether a try whose answer was lost may have been committed: then only the same attempt
        finds that out."""

    @property
    def bounds(self) -> Bounds:
        """How long the server waits."""
        if len(self.requests) > 1:
            return TOGETHER
        return WIDE if self.requests[0].alone else ALONE

    @property
    def change(self) -> Change | None:
        """What people changed; None if reports were recorded."""
        (request, *_), (outcome, *_) = self.requests, self.outcomes
        return outcome if request.alone and isinstance(outcome, Change) else None


class PgWriter(GroupCommit):
    """Runs pieces of work. Thread-safe."""

    def __init__(
        self,
        connector: Connector,
        feed: Feed,
        recording: Recording,
        *,
        patience: float,
        version: str,
    ) -> None:
        """Register as a daemon.

        Raises:
            StoreUnavailableError: the database does not answer.
        """
        self._connection = SteadyConnection(connector)
        self._memory = feed.memory
        self._feed = feed
        self._recording = recording
        self._version = version
        self._run_ids: list[int] = []
        self._token: int | None = None
        self.answered = Answered()
        self.recorded_again = 0
        self._hurried = threading.Event()
        self._register()
        super().__init__(patience)
        feed.when_lost = self._look_for_own

    def run(
        self,
        work: Callable[[Recorder], Outcome],
        scope: Scope,
    ) -> Outcome:
        """Return what the work returned, once that is durable and known in memory."""
        outcome: Outcome = self.do(work, ignore, scope)
        return outcome

    def change(self, work: Callable[[Session], Change], scope: Scope) -> None:
        """Run work that changes servers or jobs, in its own transaction; otherwise as `run`."""
        self.do(lambda recorder: work(recorder.db), ignore, scope, alone=True)

    def hurry(self) -> None:
        """Make each commit try only once from now on; what waits for the database fails."""
        self._hurried.set()

    def close(self) -> None:
        """Finish the waiting work, then close the connection."""
        self.finish()
        self._connection.close()

    def _register(self) -> None:
        """Register with a new id."""
        writer = secrets.randbits(_BITS)
        register = (writer, self._version, FORMAT)
        self._connection.use(lambda db: db.execute(_REGISTER, register), _START_SECONDS)
        self.id, self._stamp, self._token = writer, 0, None

    def _mark(self) -> Mark:
        return Mark(self.id, self._stamp + 1, secrets.randbits(_BITS), self._token)

    def _is_alone(self, request: WriteRequest) -> bool:
        scope = request.scope
        return request.alone or scope.structural or not is_known(scope, self._memory.cache)

    def _unavailable(self, error: Exception) -> StoreUnavailableError | None:
        return error if isinstance(error, StoreUnavailableError) else None

    def _commit(self, requests: Sequence[WriteRequest]) -> list[Any]:
        attempt = _Attempt(self._mark(), self._scope(requests), requests)
        for _ in trying(self._patience, self._hurried):
            try:
                if self._is_committed(attempt):
                    return attempt.outcomes
            except Exception as error:  # noqa: BLE001 - raised again unless temporary
                self._raise_unless_temporary(error, attempt)
        raise StoreUnavailableError(reason(attempt.error)) from attempt.error

    def _is_committed(self, attempt: _Attempt) -> bool:
        """Try to commit and return whether that worked; if memory was stale, read what changed."""
        try:
            self._try(attempt)
        except StaleError:
            self._feed.catch_up()
            attempt.scope = self._scope(attempt.requests)
        except (HistoryLostError, psycopg.errors.ForeignKeyViolation):
            self._start_again()
            attempt.mark, attempt.scope = self._mark(), self._scope(attempt.requests)
        except psycopg.errors.UniqueViolation as error:
            if error.diag.constraint_name != _RUN_KEY:
                raise
            self._run_ids.clear()  # an older copy was restored, which assigns them again
        else:
            return True
        return False

    def _scope(self, requests: Sequence[WriteRequest]) -> Scope:
        scopes, cache = [request.scope for request in requests], self._memory.cache
        return Scope(
            senders=tuple(sender for each in scopes for sender in each.senders),
            jobs=tuple(job_id for each in scopes for job_id in each.jobs),
            servers=tuple(server_id for each in scopes for server_id in each.servers),
            structural=any(each.structural or not is_known(each, cache) for each in scopes),
        )

    def _raise_unless_temporary(self, error: Exception, attempt: _Attempt) -> None:
        """Store an error after which the same may be tried again; raise any other.

        Raises:
            LaterError: what the only request needs is locked.
            _SplitError: what one of several requests needs is locked.
        """
        if isinstance(error, _LOCKED) and not attempt.is_doubtful:
            if len(attempt.requests) > 1:
                raise _SplitError from error
            raise LaterError(reason(error)) from error
        if not is_lost(error) and not isinstance(error, StoreUnavailableError):
            raise error
        attempt.error = error
        attempt.is_doubtful = True

    def _try(self, attempt: _Attempt) -> None:
        mark = attempt.mark
        try:
            timeout = WIDE.seconds + _SPARE_SECONDS if attempt.bounds is WIDE else None
            transaction, news = self._connection.once(
                lambda db: self._transact(db, attempt), timeout
            )
        except AlreadyCommittedError as error:
            self._stamp, self._token = mark.stamp, error.token
            if error.token != mark.token:  # that of an abandoned try
                attempt.mark = self._mark()
                raise StaleError from None
            self._wait_for_feed()
            return
        if news is None:
            return
        self._stamp, self._token = mark.stamp, mark.token
        if attempt.scope.structural or attempt.change is not None or transaction.fresh.live:
            self._wait_for_feed()
        else:
            self._feed.show_own(mark, transaction.fresh, news, transaction.cache)

    def record_by(self, recording: Recording, patience: float) -> None:
        """Record otherwise from the next commit on, and wait otherwise for the database."""
        self._recording, self._patience = recording, patience

    def _transact(self, db: PgSession, attempt: _Attempt) -> tuple[PgTransaction, News | None]:
        transaction = PgTransaction(db, self._memory, self._feed, self._recording, self._run_ids)
        transaction.begin(attempt.scope, attempt.mark, attempt.bounds)
        attempt.outcomes = [request.work(transaction.recorder) for request in attempt.requests]
        return transaction, transaction.commit(attempt.mark, attempt.change)

    def _wait_for_feed(self) -> None:
        """Wait until the feed has read a commit; it is durable, so a failure is only logged."""
        try:
            self._feed.catch_up(self._patience)
        except StoreUnavailableError:
            _log.warning("recorded changes will be shown when the database answers again")

    def _look_for_own(self) -> None:
        """Queue a check that the last commit of this daemon is still in the database."""
        self.put(lambda _: None, NOWHERE)

    def _start_again(self) -> None:
        """Register again after the database lost commits, and record again what it lost."""
        self._feed.reload()
        self._register()
        lost = self.answered.all()
        for prepared in lost:
            self._record_again(prepared)
        _log.warning(
            "the database lost commits of this daemon: the last reports are recorded again",
            extra=log_fields(reports=len(lost)),
        )

    def _record_again(self, prepared: PreparedReport) -> None:
        def record(recorder: Recorder) -> None:
            self.recorded_again += recorder.record(prepared).new

        self.put(record, Scope(senders=(prepared.sender,)))
