"""One commit. The rows of its reports are written together, a statement a table.

Each statement lets go of the interpreter's lock and queues for it again, behind every other
thread: one statement for all reports of a commit costs a fraction of one for each.
"""

from types import TracebackType
from typing import Self

from sqlite_utils import Database

from exporter.activity import LiveReport
from exporter.jobs.job import Job
from exporter.limits import Limits
from exporter.model import Delivery, Machine, Server, StoredRun
from exporter.store import identity, live, reading, recording, room
from exporter.store.changes import Change, Recorded
from exporter.store.entry import Entry
from exporter.store.known import Known
from exporter.store.pending import Pending
from exporter.times import SECOND, Millis

DEFAULTS = Limits()


class Transaction:
    """Begun by `with`, committed at its end, undone when anything raises."""

    def __init__(self, db: Database, known: Known, limits: Limits = DEFAULTS) -> None:
        self._db = db
        self._limits = limits
        self._known = known
        self._learned = Known()
        self._learned.last_run = known.last_run
        self._pending = Pending()

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
                self._pending.write(self._db)
                self._known.torn = True  # until it has learned what the disk now holds
                self._db.execute("COMMIT")
                self._known.learn(self._learned)
        finally:
            self._db.rollback()  # does nothing behind a commit

    @property
    def db(self) -> Database:
        """The database, with all that was recorded so far written to it."""
        self._pending.write(self._db)
        return self._db

    def record(self, entry: Entry) -> Recorded:
        """Record a report, unless its run is known.

        Raises:
            LimitReachedError: it is of a new server or job, and there is no room for one more.
        """
        machine, delivery = entry.report.machine, entry.delivery
        server, job = self._place(machine, entry.report.backup, delivery)
        job = self._without_stand_in(job, entry)
        run_id = self._known_run(job, entry)
        new = run_id is None
        if run_id is None:
            stored, job = self._record(job, entry)
            run_id = stored.id
            server = identity.described(server, machine, delivery, stored.started)
            self._put(server, job)
        return Recorded(new, run_id, server, job, machine.machine_id)

    def place(self, live_report: LiveReport, delivery: Delivery) -> Change:
        """Find the server and the job that a live report tells of, made where nobody knows them.

        Raises:
            LimitReachedError: they are new, and there is no room for one more.
        """
        machine = live_report.machine
        server, job = self._place(machine, live_report.backup, delivery)
        if server.described < 0:
            server = identity.described(server, machine, delivery, delivery.received)
            self._put(server, job)
        known = () if machine.machine_id is None else ((machine.machine_id, server.id),)
        return Change((server,), (job,), known)

    def stand_in(self, job_id: int, entry: Entry) -> Recorded | None:
        """Record a run whose report did not come, unless it came meanwhile or the job is gone."""
        job = self._learned.job(job_id) or self._known.job(job_id)
        if job is None or live.is_told(self.db, job, entry.report.run):
            return None
        stored, job = self._record(job, entry)
        server = self._learned.servers.get(job.server_id) or self._known.servers[job.server_id]
        self._put(server, job)
        self.db.execute("INSERT INTO stand_ins (run_id) VALUES (?)", (stored.id,))
        self._learned.standing_in.add(job.id)
        return Recorded(new=True, run_id=stored.id, server=server, job=job, machine_id=None)

    def _without_stand_in(self, job: Job, entry: Entry) -> Job:
        """Make room for a report that something stands in for; hardly a job ever has that."""
        known, learned = self._known.standing_in, self._learned.standing_in
        if job.id not in known and job.id not in learned:
            return job
        run = entry.report.run
        stored = None if run.began is None else live.stand_in(self.db, job, run)
        if stored is None:
            return job
        self.db.execute("DELETE FROM runs WHERE id = ?", (stored.id,))
        last = reading.last_backup(self.db, job.id)
        return job.with_state(job.state.without_stand_in(stored, last))

    def _place(self, machine: Machine, backup: str, delivery: Delivery) -> tuple[Server, Job]:
        server = self._known_server(machine) or self._find_server(machine, delivery)
        return server, self._known_job(server, backup) or self._insert_job(server, backup)

    def _record(self, job: Job, entry: Entry) -> tuple[StoredRun, Job]:
        stored = self._add_run(job, entry)
        return stored, self._with_run(job, stored)

    def _put(self, server: Server, job: Job) -> None:
        self._learned.put([server], [job])
        self._pending.put(server, job)

    def _known_server(self, machine: Machine) -> Server | None:
        learned, known = self._learned, self._known
        machine_id = machine.machine_id or ""
        server_id = learned.machine_ids.get(machine_id) or known.machine_ids.get(machine_id)
        if server_id is None:
            return None
        return learned.servers.get(server_id) or known.servers.get(server_id)

    def _find_server(self, machine: Machine, delivery: Delivery) -> Server:
        server = identity.find_server(self.db, machine, delivery)
        if server.id not in self._known.servers and server.id not in self._learned.servers:
            room.for_server(self.db, self._limits)
        identities = [(machine.machine_id, server.id)] if machine.machine_id else []
        self._learned.put([server], [], identities)
        return server

    def _known_job(self, server: Server, backup: str) -> Job | None:
        key = (server.id, backup)
        return self._learned.jobs.get(key) or self._known.jobs.get(key)

    def _insert_job(self, server: Server, backup: str) -> Job:
        job = recording.insert_job(self.db, server.id, backup)
        room.for_job(self.db, server.id, self._limits)
        self._learned.put([], [job])
        return job

    def _known_run(self, job: Job, entry: Entry) -> int | None:
        """Find the run a report tells of again; nearly all begin behind all that is stored."""
        began = entry.report.run.began
        if began is not None and began - began % SECOND > self._newest(job):
            return None
        return recording.known_run(self.db, job, entry)

    def _newest(self, job: Job) -> Millis:
        newest = self._learned.newest.get(job.id) or self._known.newest.get(job.id)
        return recording.newest_begin(self.db, job.id) if newest is None else newest

    def _add_run(self, job: Job, entry: Entry) -> StoredRun:
        learned = self._learned
        learned.last_run += 1
        stored = entry.stored(learned.last_run)
        learned.newest[job.id] = max(self._newest(job), stored.started, stored.run.began or 0)
        self._pending.add_run(job.id, stored, self._names_id(entry.names), entry)
        return stored

    def _names_id(self, names: bytes) -> int:
        known = self._learned.names.get(names) or self._known.names.get(names)
        if known is None:
            known = self._learned.names[names] = recording.names_id(self.db, names)
        return known

    def _with_run(self, job: Job, stored: StoredRun) -> Job:
        state = job.state.with_run(
            stored, lambda order: recording.failures_after(self.db, job.id, order)
        )
        return job.with_state(state)
