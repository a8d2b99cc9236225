"""One commit. The rows of its reports are written together, a statement a table.

Each statement lets go of the interpreter's lock and queues for it again, behind every other
thread: one statement for all reports of a commit costs a fraction of one for each.
"""

import logging
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from msgspec.structs import replace
from sqlite_utils import Database

from exporter.jobs.folding import fits_in_place, with_more_told, with_run, without_placeholder
from exporter.jobs.job import Job
from exporter.limits import Limits
from exporter.logs import log_fields
from exporter.model import Delivery, Server, StoredRun, fuller
from exporter.model.live import LiveReport
from exporter.store.changes import Change, Recorded
from exporter.store.sqlite import amending, identity, live_runs, read_queries, write_queries
from exporter.store.sqlite.placing import Places
from exporter.store.sqlite.prepared_report import PreparedReport
from exporter.store.sqlite.row_batch import RowBatch
from exporter.store.sqlite.sender import Sender, one_of_each_backup
from exporter.store.sqlite.write_cache import WriteCache
from exporter.times import SECOND, Millis

DEFAULTS = Limits()

_log = logging.getLogger(__name__)


class Transaction:
    """Begun by `with`, committed at its end, undone when anything raises."""

    def __init__(self, db: Database, cache: WriteCache, limits: Limits = DEFAULTS) -> None:
        self._db = db
        self._cache = cache
        self._fresh = WriteCache()
        self._fresh.last_run = cache.last_run
        self._batch = RowBatch()
        self._places = Places(lambda: self.db, cache, self._fresh, limits)

    def __enter__(self) -> Self:
        self._db.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._batch.write(self._db)
                self._cache.dirty = True  # until it has learned what the disk now holds
                self._db.execute("COMMIT")
                self._cache.merge_committed(self._fresh)
                self._tell()
        finally:
            self._db.rollback()  # does nothing behind a commit

    def _tell(self) -> None:
        for note in self._places.notes:
            _log.warning(note.title, extra=log_fields(**note.fields))

    @property
    def db(self) -> Database:
        """The database, with all that was recorded so far written to it."""
        self._batch.write(self._db)
        return self._db

    def record(self, prepared: PreparedReport) -> Recorded:
        """Record a report; of a run that is known, what it tells besides.

        Raises:
            LimitReachedError: it is of a new server or job, and there is no room for one more.
        """
        sender = self._places.within_token(Sender.of_report(prepared.report, prepared.delivery))
        server, job = self._places.find(sender)
        job = self._without_placeholder(job, prepared)
        run_id = self._known_run(job, prepared)
        new = run_id is None
        if run_id is None:
            stored, job = self._record(job, prepared)
            run_id = stored.id
            job = self._places.with_identity(job, sender, run_id)
            server = identity.described(server, sender.machine, prepared.delivery, stored.started)
            self._put(server, job)
        else:
            job = self._told_again(server, job, run_id, prepared)
            job = self._places.with_identity(job, sender, run_id)
        notes = self._places.new_notes()
        return Recorded(new, run_id, server, job, sender.machine.machine_id, notes)

    def record_all(self, entries: Iterable[PreparedReport]) -> list[Recorded]:
        """Record reports that were fetched or saved, the oldest first; return them as they came.

        Where all that tells of a backup calls it the same, the newest run finds its job first: what
        Duplicati's own server tells bears the present name throughout.
        """
        listed = list(entries)
        by_start = sorted(range(len(listed)), key=lambda place: listed[place].started)
        senders = [Sender.of_report(each.report, each.delivery) for each in listed]
        for sender in one_of_each_backup(senders[place] for place in reversed(by_start)):
            self._places.rename(sender)
        recorded = {place: self.record(listed[place]) for place in by_start}
        return [self._in_the_end(recorded[place]) for place in range(len(listed))]

    def _in_the_end(self, recorded: Recorded) -> Recorded:
        """Return what became of a report with its server and its job as they are after all."""
        server = self._places.server(recorded.server.id)
        return replace(
            recorded, server=server, job=self._places.job(recorded.job.id) or recorded.job
        )

    def resolve_job(self, live_report: LiveReport, delivery: Delivery) -> Change:
        """Find the server and the job that a live report tells of, made where nobody knows them.

        Raises:
            LimitReachedError: they are new, and there is no room for one more.
        """
        sender = self._places.within_token(Sender.of_live_report(live_report, delivery))
        machine = sender.machine
        server, job = self._places.find(sender)
        if server.described < 0:
            server = identity.described(server, machine, delivery, delivery.received)
            self._put(server, job)
        known = () if machine.machine_id is None else ((machine.machine_id, server.id),)
        return Change((server,), (job,), known)

    def record_placeholder(self, job_id: int, prepared: PreparedReport) -> Recorded | None:
        """Record a run whose report did not come, unless it came meanwhile or the job is gone."""
        job = self._places.job(job_id)
        if job is None or live_runs.is_reported(self.db, job, prepared.report.run):
            return None
        stored, job = self._record(job, prepared)
        server = self._places.server(job.server_id)
        self._put(server, job)
        self.db.execute("INSERT INTO stand_ins (run_id) VALUES (?)", (stored.id,))
        self._fresh.with_placeholder.add(job.id)
        return Recorded(new=True, run_id=stored.id, server=server, job=job, machine_id=None)

    def _without_placeholder(self, job: Job, prepared: PreparedReport) -> Job:
        """Make room for a report that something stands in for; hardly a job ever has that."""
        known, learned = self._cache.with_placeholder, self._fresh.with_placeholder
        if job.id not in known and job.id not in learned:
            return job
        run = prepared.report.run
        stored = None if run.began is None else live_runs.find_placeholder(self.db, job, run)
        if stored is None:
            return job
        self.db.execute("DELETE FROM runs WHERE id = ?", (stored.id,))
        last = read_queries.last_backup(self.db, job.id)
        return job.with_state(without_placeholder(job.state, stored, last))

    def _told_again(self, server: Server, job: Job, run_id: int, prepared: PreparedReport) -> Job:
        """Take what a second report of a run tells and the first did not."""
        known = read_queries.run(self.db, run_id)
        if known is None:
            return job
        stored = replace(known.stored, run=fuller(known.stored.run, prepared.report.run))
        amending.amend(self.db, known, stored, prepared)
        if stored == known.stored:
            return job
        job = self._with_more_told(job, known.stored, stored)
        self._put(server, job)
        return job

    def _with_more_told(self, job: Job, known: StoredRun, stored: StoredRun) -> Job:
        if fits_in_place(known, stored):
            runs_after = write_queries.runs_after(lambda: self.db, job.id)
            return job.with_state(with_more_told(job.state, known, stored, runs_after))
        return job.with_state(amending.rebuilt_state(self.db, job, known))

    def _record(self, job: Job, prepared: PreparedReport) -> tuple[StoredRun, Job]:
        stored = self._add_run(job, prepared)
        return stored, self._with_run(job, stored)

    def _put(self, server: Server, job: Job) -> None:
        self._fresh.put([server], [job])
        self._batch.put(server, job)

    def _known_run(self, job: Job, prepared: PreparedReport) -> int | None:
        """Find the run a report tells of again; nearly all begin behind all that is stored."""
        began = prepared.report.run.began
        if began is not None and began - began % SECOND > self._newest(job):
            return None
        return write_queries.known_run(self.db, job, prepared)

    def _newest(self, job: Job) -> Millis:
        newest = self._fresh.newest.get(job.id) or self._cache.newest.get(job.id)
        return write_queries.newest_begin(self.db, job.id) if newest is None else newest

    def _add_run(self, job: Job, prepared: PreparedReport) -> StoredRun:
        fresh = self._fresh
        fresh.last_run += 1
        stored = prepared.stored(fresh.last_run)
        fresh.newest[job.id] = max(self._newest(job), stored.started, stored.run.began or 0)
        self._batch.add_run(job.id, stored, self._names_id(prepared.names), prepared)
        return stored

    def _names_id(self, names: bytes) -> int:
        known = self._fresh.names.get(names) or self._cache.names.get(names)
        if known is None:
            known = self._fresh.names[names] = write_queries.names_id(self.db, names)
        return known

    def _with_run(self, job: Job, stored: StoredRun) -> Job:
        runs_after = write_queries.runs_after(lambda: self.db, job.id)
        return job.with_state(with_run(job.state, stored, runs_after))
