"""The store of one daemon: one file, one writer, any number of readers."""

import contextlib
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from exporter.limits import Limits
from exporter.model import Delivery, Report
from exporter.model.live import LiveRun, LiveStatus
from exporter.model.sharing import SharingFigures
from exporter.store.base import BaseStore
from exporter.store.changes import Change, Follower, Recorded
from exporter.store.errors import StoreUnavailableError
from exporter.store.parts import Pending, Watch
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.rules.recorder import Recorder
from exporter.store.scope import NOWHERE, Scope
from exporter.store.session import Session
from exporter.store.sqlite import connection, free_pages, listing, lock
from exporter.store.sqlite.answering import answering
from exporter.store.sqlite.probing import Probing
from exporter.store.sqlite.readers import Readers
from exporter.store.sqlite.readiness import Readiness
from exporter.store.sqlite.transaction import DEFAULTS
from exporter.store.sqlite.writer import GroupCommitWriter
from exporter.store.values import PastRun
from exporter.times import Millis, now

Outcome = TypeVar("Outcome")

_log = logging.getLogger(__name__)

_PROBE = "UPDATE meta SET value = ? WHERE key = 'probed'"


class Store(BaseStore):
    """The reports that were received. Thread-safe.

    A write is durable on disk when its method returns: it then survives a loss of power. Two
    writes never see each other half done. Reads see what was committed when they started and
    never wait for a write.

    Every method raises `StoreUnavailableError` when the database does not answer.
    """

    def __init__(self, path: Path, limits: Limits = DEFAULTS, watch: Watch | None = None) -> None:
        """Open a database; create or upgrade it if needed. `watch` is asked of each report.

        Raises:
            StoreInUseError: another program uses the file.
            StoreError: the file cannot be used.
        """
        path = Path(os.path.realpath(path))  # SQLite puts its log beside the file, not the link
        connection.check_folder(path)
        gone = not path.exists() and lock.path_of(path).exists()
        self._lock = lock.Lock(path)
        try:
            connection.prepare(path)
            self._lock.hold()
            if gone:
                _log.warning("a database was here and is gone: an empty one was created")
            with connection.usable(path):
                self._writer = _writer(path, limits, watch)
        except BaseException:
            self._lock.release()
            raise
        self._path = path
        self._follower: Follower | None = None
        self._readers = Readers(path, self._writer)
        self._readiness = Readiness()
        self._probing = Probing(self._mark)

    def record_by(self, limits: Limits, watch: Watch | None) -> None:
        """Hold reports to other limits from the next commit on, and ask another watch of each."""
        self._writer.record_by(limits, watch)

    def follow(self, follower: Follower) -> None:
        """Pass all that is stored to a follower, and from now on each durable change."""
        self._follower = follower
        follower.replace_all(self._writer.snapshot())

    def _show(self, change: Change) -> None:
        if self._follower is not None:
            self._follower.apply(change)

    def catch_up(self, patience: float) -> None:
        """Return at once: nobody else writes."""

    def leads(self) -> bool:
        """Return True: no other daemon uses the file."""
        return True

    def now(self) -> Millis:
        """Return the present time by the machine's clock."""
        return now()

    def hear(self, job_id: int, activity: LiveStatus, received: Millis) -> LiveRun | None:
        """Apply a live report in memory: hundreds a minute would be too many commits."""
        follower = self._follower
        return None if follower is None else follower.apply_live_report(job_id, activity, received)

    def listening_since(self) -> Millis | None:
        """Return None: nobody listened before this daemon started."""
        return None

    def close(self) -> None:
        """Finish the waiting writes and close the file."""
        self._probing.close()
        self._writer.close()
        self._readers.close()
        self._lock.release()

    def announce(self, url: str) -> None:
        """Publish where the daemon serves, for programs that find the database in use."""
        self._lock.announce(url)

    def _reading(self) -> AbstractContextManager[Session]:
        return self._readers.lend()

    def _read_shown(self, work: Callable[[Session], Outcome], /) -> Outcome:
        # What a commit of the writer sees was passed on by the end of that commit.
        return self._note(work)

    def _write(
        self,
        work: Callable[[Recorder], Outcome],
        scope: Scope = NOWHERE,
        changed: Callable[[Outcome], Change] = lambda _: Change(),
    ) -> Outcome:
        return self._writer.run(work, lambda outcome: self._show(changed(outcome)))

    def _change(
        self,
        work: Callable[[Session], Change],
        scope: Scope,
    ) -> None:
        self._writer.change(work, self._show)

    def _dry_run(
        self,
        work: Callable[[Recorder], Outcome],
        scope: Scope,
    ) -> Outcome:
        outcome: Outcome = self._writer.dry_run(work)
        return outcome

    def record(self, report: Report, delivery: Delivery) -> Recorded:
        """Record a report completely or not at all. Raises `LimitReachedError`."""
        with self._readiness.watching(), answering():
            return super().record(report, delivery)

    def _submit(self, prepared: PreparedReport, told: Callable[[Pending], None]) -> Pending:
        def noted(outcome: Pending) -> None:
            with contextlib.suppress(Exception), self._readiness.watching():
                outcome.result()
            told(outcome)

        return self._writer.submit(
            lambda recorder: recorder.record(prepared),
            lambda recorded: self._show(recorded.change),
            NOWHERE,
            noted,
        )

    def hurry(self) -> None:
        """Do nothing: no other daemon would accept what waits."""

    def refused_mark(self) -> object:
        """Return None: nobody else refuses reports or removes them."""
        return None

    def reclaim_space(self) -> bool:
        """Make the file a little smaller; return whether there was anything to reclaim."""
        with self._readers.lend() as db:
            if not free_pages.has_free_pages(db):
                return False
        self._note(free_pages.incremental_vacuum)
        return True

    def check_writable(self) -> None:
        """Write a mark, unless one was just written, to see whether a report can be stored."""
        self._readiness.check()
        self._writer.check_files()
        if not self._readiness.is_fresh or not self._writer.is_untouched:
            self._probing.check()
        if not connection.has_free_space(self._path):
            raise StoreUnavailableError("the disk is full: make room on it")

    def _mark(self) -> None:
        self._note(lambda db: db.execute(_PROBE, (now(),)))
        self._readiness.probed()

    def snapshot(self) -> Change:
        """Return every server and job as they are now."""
        return self._writer.snapshot()

    def newest_backups(self, job_ids: Sequence[int], most: int) -> dict[int, list[PastRun]]:
        """Return the newest backup runs of each of the jobs, the oldest of them first."""
        with self._readers.lend() as db:
            return listing.newest_backups(db, job_ids, most)

    def sharing(self) -> SharingFigures | None:
        """Return None: one program uses the file."""
        return None

    def size_bytes(self) -> int:
        """Return the size of the database."""
        with self._readers.lend() as db:
            return listing.size_bytes(db)


def _writer(path: Path, limits: Limits, watch: Watch | None) -> GroupCommitWriter:
    db = connection.connect(path)
    try:
        return GroupCommitWriter(db, limits, watch)
    except BaseException:
        db.close()
        raise
