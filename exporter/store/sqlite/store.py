"""The store: one file, one writer, any number of readers."""

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from exporter.limits import Limits
from exporter.model import Delivery, JobSettings, Rejected, Report, Server
from exporter.model.live import LiveReport, LiveRun
from exporter.store.changes import Change, Follower, Recorded, joined
from exporter.store.errors import StoreUnavailableError
from exporter.store.rules import admin, live_runs, read_queries, refusals, removing, separating
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.session import Session
from exporter.store.sqlite import connection, listing, lock, pruning
from exporter.store.sqlite.answering import answering
from exporter.store.sqlite.probing import Probing
from exporter.store.sqlite.readers import Readers
from exporter.store.sqlite.readiness import Readiness
from exporter.store.sqlite.timing import Timing
from exporter.store.sqlite.transaction import DEFAULTS
from exporter.store.sqlite.writer import GroupCommitWriter
from exporter.store.values import JobRun, PastRun, RunFilter, StoredDetail
from exporter.times import Millis, now

_log = logging.getLogger(__name__)

_PROBE = "UPDATE meta SET value = ? WHERE key = 'probed'"


class Store:
    """The reports that were received. Every method may be called from any thread.

    `timing` is what it keeps of the daemon's own clock.

    A write is durable on disk when its method returns: it then survives a loss of power. Two
    writes never see each other half done. Reads see what was committed when they began and
    never wait for a write.

    Every method raises `StoreUnavailableError` when the database does not answer.
    """

    def __init__(self, path: Path, limits: Limits = DEFAULTS) -> None:
        """Open a database, made or upgraded as needed.

        Raises:
            StoreInUseError: another program has the file.
            StoreError: the file cannot serve.
        """
        path = Path(os.path.realpath(path))  # SQLite puts its log beside the file, not the link
        connection.check_folder(path)
        gone = not path.exists() and lock.path_of(path).exists()
        self._lock = lock.Lock(path)
        try:
            connection.prepare(path)
            self._lock.hold()
            if gone:
                _log.warning("a database was here and is gone: an empty one was made")
            with connection.usable(path):
                self._writer = _writer(path, limits)
        except BaseException:
            self._lock.release()
            raise
        self._path = path
        self._follower: Follower | None = None
        self._readers = Readers(path, self._writer)
        self._readiness = Readiness()
        self._probing = Probing(self._mark)
        self.timing = Timing(self._writer, self._readers.lend, self._show)

    def follow(self, follower: Follower) -> None:
        """Show all that is stored, and from now on each change, once it is durable."""
        self._follower = follower
        follower.replace_all(self._writer.snapshot())

    def _show(self, change: Change) -> None:
        if self._follower is not None:
            self._follower.apply(change)

    def close(self) -> None:
        """Finish the writes that wait and close the file."""
        self._probing.close()
        self._writer.close()
        self._readers.close()
        self._lock.release()

    def announce(self, url: str) -> None:
        """Tell other programs that find the database in use where it is served."""
        self._lock.announce(url)

    def record(self, report: Report, delivery: Delivery) -> Recorded:
        """Record a report whole or not at all. Raises `LimitReachedError`."""
        prepared = PreparedReport.from_report(report, delivery)
        with self._readiness.watching(), answering():
            return self._writer.run(
                lambda transaction: transaction.record(prepared),
                lambda recorded: self._show(recorded.change),
            )

    def record_all(self, reports: Iterable[tuple[Report, Delivery]]) -> list[Recorded]:
        """Record reports in one commit: all of them or none. Raises `LimitReachedError`."""
        entries = [PreparedReport.from_report(report, delivery) for report, delivery in reports]
        return self._writer.run(
            lambda transaction: transaction.record_all(entries),
            lambda outcomes: self._show(joined(outcomes)),
        )

    def dry_run(self, reports: Iterable[tuple[Report, Delivery]]) -> list[Recorded]:
        """Return what `record_all` would, and record nothing. Raises `LimitReachedError`."""
        entries = [PreparedReport.from_report(report, delivery) for report, delivery in reports]
        return self._writer.dry_run(lambda transaction: transaction.record_all(entries))

    def reject(self, rejected: Rejected) -> None:
        """Keep what was refused; only the newest are kept, and their first bytes."""
        self._note(lambda db: refusals.reject(db, rejected))

    def note_taken(self, address: str, at: Millis) -> None:
        """Note that a report of an address was taken: it settles what was refused of it before."""
        self._note(lambda db: refusals.note_taken(db, address, at))

    def note_heard(self, address: str, at: Millis) -> None:
        """Note that a live report of an address was taken: it settles refused live ones only."""
        self._note(lambda db: refusals.note_heard(db, address, at))

    def _note(self, work: Callable[[Session], object]) -> None:
        self._writer.run(lambda transaction: work(transaction.db), lambda _: None)

    def resolve_job(self, live_report: LiveReport, delivery: Delivery) -> int:
        """Return the job that a live report tells of, made where nobody knows it."""
        (job,) = self._writer.run(
            lambda transaction: transaction.resolve_job(live_report, delivery), self._show
        ).jobs
        return job.id

    def keep_live(self, runs: Sequence[tuple[int, LiveRun]]) -> None:
        """Keep the newest live run of jobs, so that a restart knows it."""
        self._writer.run(lambda transaction: live_runs.keep(transaction.db, runs), lambda _: None)

    def record_placeholder(
        self, job_id: int, report: Report, delivery: Delivery
    ) -> Recorded | None:
        """Record a run whose report did not come, until it comes; None where it did meanwhile."""
        prepared = PreparedReport.from_report(report, delivery)
        return self._writer.run(
            lambda transaction: transaction.record_placeholder(job_id, prepared),
            lambda recorded: None if recorded is None else self._show(recorded.change),
        )

    def set_server(self, server_id: int, edit: Callable[[Server], Server]) -> None:
        """Change a server's alias and note. Raises `UnknownIdError`."""
        self._writer.change(lambda db: admin.set_server(db, server_id, edit), self._show)

    def merge_servers(self, target_id: int, source_ids: Sequence[int]) -> None:
        """Make servers one, whole or not at all. Raises `UnknownIdError`."""
        self._writer.change(lambda db: admin.merge_servers(db, target_id, source_ids), self._show)

    def delete_server(self, server_id: int) -> None:
        """Remove a server with all it has. Raises `UnknownIdError`."""
        self._writer.change(lambda db: admin.delete_server(db, server_id), self._show)

    def set_job(self, job_id: int, edit: Callable[[JobSettings], JobSettings]) -> None:
        """Change what people set for a job. Raises `UnknownIdError`."""
        self._writer.change(lambda db: admin.set_job(db, job_id, edit), self._show)

    def plan_job(self, job_id: int, start: Millis, interval: Millis | None, asked: Millis) -> None:
        """Take in what Duplicati's own scheduler plans for a job. Raises `UnknownIdError`."""
        self._writer.change(
            lambda db: admin.plan_job(db, job_id, start, interval, asked), self._show
        )

    def forget_copy(self, job_id: int, destination: str) -> None:
        """Forget a second destination of a job that was given up. Raises `UnknownIdError`."""
        self._writer.change(lambda db: admin.forget_copy(db, job_id, destination), self._show)

    def separate_job(self, job_id: int) -> None:
        """Undo the last renaming of a job. Raises `UnknownIdError`."""
        self._writer.change(lambda db: separating.separate(db, job_id), self._show)

    def delete_job(self, job_id: int) -> None:
        """Remove a job with its runs. Raises `UnknownIdError`."""
        self._writer.change(lambda db: admin.delete_job(db, job_id), self._show)

    def prune_runs(self, before: Millis, after: int) -> tuple[int, int | None]:
        """Remove some runs behind an id that came before a moment.

        Return how many, and the last id looked at; None where no more is to be removed.
        """
        with self._readers.lend() as db:
            found = pruning.old_runs(db, before, after)
        self._remove(removing.remove_runs, found.ids)
        return len(found.ids), found.last

    def prune_messages(self, before: Millis, after: int) -> tuple[int, int | None]:
        """Remove the log lines of some runs; else as `prune_runs`."""
        with self._readers.lend() as db:
            found = pruning.old_messages(db, before, after)
        self._remove(removing.remove_messages, found.ids)
        return len(found.ids), found.last

    def reclaim_space(self) -> bool:
        """Make the file a little smaller; tell whether there was anything to give back."""
        with self._readers.lend() as db:
            if not pruning.has_free_pages(db):
                return False
        self._writer.run(
            lambda transaction: pruning.incremental_vacuum(transaction.db), lambda _: None
        )
        return True

    def _remove(self, remove: Callable[[Session, Sequence[int]], None], ids: Sequence[int]) -> None:
        if ids:
            self._writer.run(lambda transaction: remove(transaction.db, ids), lambda _: None)

    def check_writable(self) -> None:
        """Write a mark, unless one was written just now, to learn whether a report could be."""
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
        """Return every server and job as they are."""
        return self._writer.snapshot()

    def live_runs(self) -> list[tuple[int, LiveRun]]:
        """Return the newest live run of each job that had one."""
        with self._readers.lend() as db:
            return list(live_runs.kept(db))

    def created(self) -> Millis:
        """Return when the database was made."""
        with self._readers.lend() as db:
            return read_queries.created(db)

    def runs(
        self, chosen: RunFilter, before: tuple[Millis, int] | None, limit: int
    ) -> list[JobRun]:
        """Return runs, newest start first, from behind the order key of the last one seen."""
        with self._readers.lend() as db:
            return read_queries.runs(db, chosen, before, limit)

    def newest_backups(self, job_ids: Sequence[int], most: int) -> dict[int, list[PastRun]]:
        """Return the newest backup runs of each of the jobs, the oldest of them first."""
        with self._readers.lend() as db:
            return listing.newest_backups(db, job_ids, most)

    def run(self, run_id: int) -> StoredDetail | None:
        """Return one run with what it counted and its log, or None where there is none."""
        with self._readers.lend() as db:
            return read_queries.run(db, run_id)

    def rejected(self, before: int | None, limit: int) -> list[Rejected]:
        """Return what was refused, newest first, from behind the last id seen."""
        with self._readers.lend() as db:
            return refusals.rejected(db, before, limit)

    def all_rejected(self) -> list[Rejected]:
        """Return all that was refused without its bodies, newest first."""
        with self._readers.lend() as db:
            return refusals.all_rejected(db)

    def reporters(self) -> list[str]:
        """Return the addresses of which a report was taken, the longest known first."""
        with self._readers.lend() as db:
            return refusals.reporters(db)

    def size_bytes(self) -> int:
        """Return the size of the database."""
        with self._readers.lend() as db:
            return listing.size_bytes(db)


def _writer(path: Path, limits: Limits) -> GroupCommitWriter:
    db = connection.connect(path)
    try:
        return GroupCommitWriter(db, limits)
    except BaseException:
        db.close()
        raise
