"""The store that several daemons share: each has its own writer and memory."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from exporter.limits import Limits
from exporter.logs import log_fields
from exporter.model.live import LiveRun, LiveStatus
from exporter.model.sharing import SharingFigures
from exporter.store.base import BaseStore
from exporter.store.changes import Change, Follower, Recorded
from exporter.store.errors import StoreError, StoreUnavailableError
from exporter.store.group_commit import ignore
from exporter.store.parts import Pending, Watch
from exporter.store.postgres import listing, schema
from exporter.store.postgres.address import Address
from exporter.store.postgres.connecting import Connector, reason, trying
from exporter.store.postgres.feed import Clock, Feed
from exporter.store.postgres.housekeeping import Housekeeping
from exporter.store.postgres.memory import Memory
from exporter.store.postgres.session import PgConnection, PgSession
from exporter.store.postgres.writer import PgWriter
from exporter.store.rules import adopting
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.rules.recorder import Recorder
from exporter.store.scope import NOWHERE, Scope
from exporter.store.session import Session
from exporter.store.values import PastRun
from exporter.times import SECOND, Millis

PATIENCE_SECONDS = 50.0
"""How long a report waits for a database that is away. nginx gives up after 60 s, as do many load
balancers. With this the four tries of a Duplicati cover three minutes."""

READY_SECONDS = 180.0
"""How long a daemon stays ready without its database. The database is away for all daemons at the
same time: senders that are refused give up after three seconds, those that are held wait."""

_START_SECONDS = 60.0
_READERS = 4
_READ_SECONDS = 5.0
_SLOW_READ_SECONDS = 30.0
_RECONNECT_SECONDS = 1.0
"""After that the next query opens a connection. A pool that retries by itself waits longer and
longer, and would refuse queries for as long again as the database was away."""

_log = logging.getLogger(__name__)

DEFAULTS = Limits()

Outcome = TypeVar("Outcome")


class Store(BaseStore):
    """Reports in a PostgreSQL that several daemons share. Thread-safe.

    A write is durable when its method returns, and the next `catch_up` of every daemon reads it.
    """

    def __init__(
        self,
        url: str,
        limits: Limits = DEFAULTS,
        version: str = "",
        patience: float = PATIENCE_SECONDS,
        watch: Watch | None = None,
    ) -> None:
        """Open a database; create or upgrade its tables. `watch` is asked of each report.

        Raises:
            StoreError: it cannot be reached, or a newer version wrote what this one cannot read.
        """
        self._connector = Connector(Address(url))
        try:
            self._prepare()
            self._open(limits, version, patience, watch)
        except StoreUnavailableError as error:
            raise StoreError(f"{self._connector.address} does not answer ({error})") from error

    def _prepare(self) -> None:
        """Wait for the database, and create or upgrade its tables if needed."""
        lost: Exception = StoreError("never tried")
        for number in trying(_START_SECONDS):
            try:
                with contextlib.closing(self._connector.connect()) as connection:
                    schema.upgrade(connection)
                    return
            except psycopg.OperationalError as error:
                lost = error
                if number == 0:
                    _log.info("waiting for the database", extra=log_fields(reason=reason(error)))
        raise StoreError(f"{self._connector.address} cannot be used ({reason(lost)})") from lost

    def _open(self, limits: Limits, version: str, patience: float, watch: Watch | None) -> None:
        self._memory, self._clock = Memory(), Clock()
        self._feed = Feed(self._connector, self._memory, self._clock)
        self._writer = PgWriter(
            self._connector,
            self._feed,
            partial(Recorder, limits=limits, watch=watch),
            patience=patience,
            version=version,
        )
        self._feed.catch_up()
        self._feed.start()
        self._housekeeping = Housekeeping(self._connector, self._writer)
        self._housekeeping.start()
        self._feed.catch_up()
        self._readers = ConnectionPool(
            self._connector.address.conninfo,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=_READERS,
            timeout=_READ_SECONDS,
            reconnect_timeout=_RECONNECT_SECONDS,
            configure=self._connector.prepare,
            check=self._check,
            open=True,
        )
        self._adopt_syncs()

    def _adopt_syncs(self) -> None:
        """Count the Syncs that a daemon of an earlier version recorded."""
        with self._reading() as db:
            job_ids = tuple(adopting.found(db))
        if job_ids:
            scope = Scope(jobs=job_ids, structural=True)
            self._change(lambda db: adopting.adopt(db, job_ids), scope)

    def record_by(self, limits: Limits, watch: Watch | None) -> None:
        """Hold reports to other limits from the next commit on, and ask another watch of each."""
        recording = partial(Recorder, limits=limits, watch=watch)
        self._writer.record_by(recording, limits.upload_patience / SECOND)

    def hurry(self) -> None:
        """Stop holding reports: a refused sender tries again and reaches another daemon."""
        self._writer.hurry()

    def close(self) -> None:
        """Finish the waiting writes and close the connections."""
        self._writer.close()
        self._housekeeping.close()
        self._feed.close()
        self._readers.close()
        self._connector.close()

    def announce(self, url: str) -> None:
        """Publish where this daemon serves, for the others."""
        self._housekeeping.announce(url)

    def follow(self, follower: Follower) -> None:
        """Pass all that is stored to a follower, and from now on each change of any daemon."""
        self._memory.follow(follower)

    def catch_up(self, patience: float) -> None:
        """Wait until the follower has all that any daemon acknowledged before the call."""
        self._feed.catch_up(patience)

    def now(self) -> Millis:
        """Return the present time by the database's clock."""
        return self._clock()

    def hear(self, job_id: int, activity: LiveStatus, received: Millis) -> LiveRun | None:
        """Apply a live report, for every daemon."""
        return self._writer.run(
            lambda recorder: recorder.hear(job_id, activity, received), Scope(jobs=(job_id,))
        )

    def keep_live(self, runs: Sequence[tuple[int, LiveRun]]) -> None:
        """Do nothing: `hear` stored it already."""

    def listening_since(self) -> Millis | None:
        """Return since when any daemon could receive reports."""
        return self._memory.listening_since

    def leads(self) -> bool:
        """Return whether this daemon does what only one has to do."""
        return self._housekeeping.leads

    def _check(self, connection: PgConnection) -> None:
        """Check that a connection answers; raises the errors of psycopg."""
        with self._connector.watchdog.watching(connection):
            ConnectionPool.check_connection(connection)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Session]:
        try:
            with (
                self._readers.connection() as connection,
                self._connector.watchdog.watching(connection, _SLOW_READ_SECONDS),
            ):
                yield PgSession(connection)
        except (psycopg.Error, PoolTimeout) as error:
            raise StoreUnavailableError(reason(error)) from error

    def _read_shown(self, work: Callable[[Session], Outcome], /) -> Outcome:
        with self._reading() as db:
            found = work(db)
        self._feed.catch_up()
        return found

    def _write(
        self,
        work: Callable[[Recorder], Outcome],
        scope: Scope = NOWHERE,
        changed: Callable[[Outcome], Change] = lambda _: Change(),
    ) -> Outcome:
        return self._writer.run(work, scope)

    def _change(self, work: Callable[[Session], Change], scope: Scope) -> None:
        self._writer.change(work, scope)

    def _dry_run(self, work: Callable[[Recorder], Outcome], scope: Scope) -> Outcome:
        outcome: Outcome = self._writer.dry_run(work, scope)
        return outcome

    def _record(self, prepared: PreparedReport) -> Recorded:
        recorded = super()._record(prepared)
        self._writer.answered.add(prepared)
        return recorded

    def _submit(self, prepared: PreparedReport, told: Callable[[Pending], None]) -> Pending:
        def noted(outcome: Pending) -> None:
            with contextlib.suppress(Exception):
                outcome.result()
                self._writer.answered.add(prepared)
            told(outcome)

        return self._writer.submit(
            lambda recorder: recorder.record(prepared),
            ignore,
            Scope(senders=(prepared.sender,)),
            noted,
        )

    def refused_mark(self) -> object:
        """Return what was last seen of refused reports, of any daemon."""
        return self._feed.refused

    def reclaim_space(self) -> bool:
        """Return False: PostgreSQL uses free space again by itself."""
        return False

    def check_writable(self) -> None:
        """Check that this daemon reaches the database.

        Raises:
            StoreUnavailableError: the database has not answered for long.
        """
        if time.monotonic() - self._feed.answered_at > READY_SECONDS:
            raise StoreUnavailableError("the database has not answered for three minutes")

    def snapshot(self) -> Change:
        """Return every server and job as they are now."""
        return self._memory.cache.snapshot()

    def newest_backups(self, job_ids: Sequence[int], most: int) -> dict[int, list[PastRun]]:
        """Return the newest backup runs of each of the jobs, the oldest of them first."""
        with self._reading() as db:
            return listing.newest_backups(db, job_ids, most)

    def sharing(self) -> SharingFigures | None:
        """Return the figures about the shared database."""
        feed, writer = self._feed, self._writer
        return SharingFigures(
            reachable=feed.is_reachable,
            held=0 if feed.is_reachable else writer.waiting,
            daemons=self._housekeeping.daemons,
            questions=feed.questions,
            question_seconds=feed.question_seconds,
            histories_lost=feed.histories_lost,
            recorded_again=writer.recorded_again,
        )

    def size_bytes(self) -> int:
        """Return the last known size of the database, without waiting for it."""
        size = self._housekeeping.size_bytes
        if size is None or not self._feed.is_reachable:
            raise StoreUnavailableError("the database does not answer")
        return size
