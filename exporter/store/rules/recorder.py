"""Recording reports within one transaction, of either database."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from exporter.jobs.folding import fits_in_place, with_more_told, with_run, without_placeholder
from exporter.jobs.job import Job
from exporter.jobs.reported import reported_until
from exporter.jobs.state import JobState
from exporter.limits import Limits
from exporter.model import Delivery, Run, Server, StoredRun, fuller
from exporter.model.live import LiveReport, LiveRun, LiveStatus
from exporter.store.changes import Change, Recorded
from exporter.store.parts import Watch
from exporter.store.rules import (
    amending,
    free_space,
    identity,
    live_runs,
    pulled_runs,
    read_queries,
    removing,
    write_queries,
)
from exporter.store.rules.beginnings import newest_begin
from exporter.store.rules.journal import Journal, NewState
from exporter.store.rules.placing import Places
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.rules.sender import Sender, one_of_each_backup
from exporter.store.rules.workspace import Workspace
from exporter.store.session import Session
from exporter.times import SECOND, Millis


class Place(NamedTuple):
    """Where a run belongs: `found` is the job before its placeholder was removed."""

    server: Server
    found: Job
    job: Job


class Recorder:
    """Records reports in one transaction; whoever started it commits it or undoes it."""

    def __init__(self, workspace: Workspace, limits: Limits, watch: Watch | None = None) -> None:
        self._space = workspace
        self._cache = workspace.cache
        self._fresh = workspace.fresh
        self._batch = workspace.batch
        self._journal = Journal(workspace, watch)
        self.places = Places(workspace, limits)

    @property
    def db(self) -> Session:
        """The database, with all that was recorded so far written to it."""
        return self._space.db

    def record(self, prepared: PreparedReport) -> Recorded:
        """Record a report; for a known run, add what it has more.

        The report of a run that only a pull told of is new, and takes its id over.

        Raises:
            LimitReachedError: its server or job is new and exceeds a limit.
        """
        sender = self.places.within_token(prepared.sender)
        server, found = self.places.find(sender)
        job, taken_over = self._without_placeholder(found, prepared)
        run_id = self._known_run(job, prepared)
        new = run_id is None
        if run_id is None:
            stored, job = self._record(Place(server, found, job), prepared, taken_over)
            run_id = stored.id
            job = self.places.with_identity(job, sender, run_id)
            server = identity.described(server, sender.machine, prepared.delivery, stored.started)
            self._put(server, job)
        else:
            job = self._amend_run(Place(server, found, job), run_id, prepared)
            job = self.places.with_identity(job, sender, run_id)
        notes, others = self.places.new_notes(), self.places.new_others()
        return Recorded(new, run_id, server, job, sender.machine.machine_id, notes, others)

    def record_all(self, entries: Iterable[PreparedReport]) -> list[Recorded]:
        """Record fetched or saved reports, the oldest first; return the results in their order.

        If all reports of a backup have the same name, the newest run finds its job first:
        Duplicati's own server reports all runs with the present name.
        """
        listed = list(entries)
        by_start = sorted(range(len(listed)), key=lambda place: listed[place].started)
        senders = [prepared.sender for prepared in listed]
        for sender in one_of_each_backup(senders[place] for place in reversed(by_start)):
            self.places.rename(sender)
        recorded = {place: self.record(listed[place]) for place in by_start}
        return [self._final(recorded[place]) for place in range(len(listed))]

    def _final(self, recorded: Recorded) -> Recorded:
        """Return the result of a report with its server and jobs as they are after all reports."""
        server = self.places.server(recorded.server.id)
        job, *others = (
            self.places.job(each.id) or each for each in (recorded.job, *recorded.others)
        )
        return replace(recorded, server=server, job=job, others=tuple(others))

    def resolve_job(self, live_report: LiveReport, delivery: Delivery) -> Change:
        """Find the server and the job of a live report, created if missing.

        Raises:
            LimitReachedError: one of them is new and exceeds a limit.
        """
        sender = self.places.within_token(Sender.of_live_report(live_report, delivery))
        machine = sender.machine
        server, job = self.places.find(sender)
        if server.described < 0:
            server = identity.described(server, machine, delivery, delivery.received)
            self._put(server, job)
        known = () if machine.machine_id is None else ((machine.machine_id, server.id),)
        return Change((server,), (job, *self.places.new_others()), known)

    def keep(self, server: Server, job: Job, sender: Sender) -> Job:
        """Store a job without a run, with its sender's identity; return it as it is then."""
        if sender.identity is not None and sender.identity != job.identity:
            write_queries.identify_job(self.db, job.id, sender.identity)
            job = replace(job, identity=sender.identity)
        self._put(server, job)
        return job

    def hear(self, job_id: int, activity: LiveStatus, received: Millis) -> LiveRun | None:
        """Apply a live report of a job; return its live run, None if the job is gone."""
        job = self.places.job(job_id)
        if job is None:
            return None
        known = self._fresh.live.get(job_id) or live_runs.find(self.db, job_id)
        if known is None:
            run = LiveRun.first(activity, received)
        else:
            run = known.with_report(activity, received)
        if run.earlier:
            run = run.awaiting(reported_until(job.state))
        live_runs.keep(self.db, [(job_id, run)])
        self._fresh.live[job_id] = run
        return run

    def record_placeholder(self, job_id: int, prepared: PreparedReport) -> Recorded | None:
        """Record a placeholder run, unless its report came meanwhile or the job is gone."""
        job = self.places.job(job_id)
        if job is None or self._is_reported(job, prepared.report.run):
            return None
        server = self.places.server(job.server_id)
        stored, job = self._record(Place(server, job, job), prepared)
        self._put(server, job)
        self._mark_placeholder(job, stored)
        return Recorded(new=True, run_id=stored.id, server=server, job=job, machine_id=None)

    def _is_reported(self, job: Job, run: Run) -> bool:
        return live_runs.is_reported(self.db, job, run) or pulled_runs.is_death_of(
            self.db, job, run
        )

    def _mark_placeholder(self, job: Job, stored: StoredRun) -> None:
        self.db.execute("INSERT INTO stand_ins (run_id) VALUES (?)", (stored.id,))
        self._fresh.with_placeholder.add(job.id)

    def _without_placeholder(self, job: Job, prepared: PreparedReport) -> tuple[Job, int | None]:
        """Remove what stands in for a report, if anything does; few jobs ever have such a run.

        Return the job without it, and the id that the report takes over: that of a pulled run.
        """
        known, learned = self._cache.with_placeholder, self._fresh.with_placeholder
        if job.id not in known and job.id not in learned:
            return job, None
        pulled, run = pulled_runs.replaced_by(self.db, job, prepared), prepared.report.run
        if pulled is not None:
            is_another = not run.is_pulled and self._known_run(job, prepared) not in (None, pulled)
            return (job, None) if is_another else self._without_pulled(job, pulled)
        if run.began is None or run.is_pulled:
            return job, None
        return self._without_live_placeholder(job, prepared), None

    def _without_pulled(self, job: Job, run_id: int) -> tuple[Job, int]:
        return pulled_runs.without(self.db, job, run_id), run_id

    def _without_live_placeholder(self, job: Job, prepared: PreparedReport) -> Job:
        stored = live_runs.find_placeholder(self.db, job, prepared.report.run)
        if stored is None:
            return job
        if self._known_run(job, prepared) not in (None, stored.id):
            return pulled_runs.without(self.db, job, stored.id)
        removing.remove_runs(self.db, [stored.id])
        last = read_queries.last_backup(self.db, job.id)
        return job.with_state(without_placeholder(job.state, stored, last))

    def _amend_run(self, place: Place, run_id: int, prepared: PreparedReport) -> Job:
        """Add what a second report of a run has and the first did not."""
        job = place.job
        if job is not place.found:
            self._put(place.server, job)
        known = None if prepared.report.run.is_pulled else read_queries.run(self.db, run_id)
        if known is None:
            return job
        stored = replace(known.stored, run=fuller(known.stored.run, prepared.report.run))
        amending.amend(self.db, known, stored, prepared)
        if stored == known.stored:
            return job
        before = self._state(job)
        after = _posted(self._amended(job, before, known.stored, stored), prepared)
        self._note(place, stored, (before, after), prepared)
        job = job.with_state(after)
        self._put(place.server, job)
        return job

    def _amended(self, job: Job, state: JobState, known: StoredRun, stored: StoredRun) -> JobState:
        if fits_in_place(known, stored):
            runs_after = write_queries.runs_after(lambda: self.db, job.id)
            return with_more_told(state, known, stored, runs_after)
        return amending.rebuilt_state(self.db, job, known)

    def _record(
        self, place: Place, prepared: PreparedReport, run_id: int | None = None
    ) -> tuple[StoredRun, Job]:
        job = place.job
        stored = self._add_run(job, prepared, run_id or self._space.next_run_id())
        if stored.run.is_pulled:
            self._mark_placeholder(job, stored)
        runs_after = write_queries.runs_after(lambda: self.db, job.id)
        before = self._state(job)
        after = _posted(with_run(before, stored, runs_after), prepared)
        self._note(place, stored, (before, after), prepared)
        return stored, job.with_state(after)

    def _state(self, job: Job) -> JobState:
        """Return a job's state, also where an earlier version wrote it last."""
        state = job.state
        return free_space.restored(self.db, job, state) if free_space.is_missing(state) else state

    def _note(
        self,
        place: Place,
        stored: StoredRun,
        states: tuple[JobState, JobState],
        prepared: PreparedReport,
    ) -> None:
        """Note what changed since the job was found, also by the end of its placeholder."""
        before, after = states
        if place.found is not place.job:
            before = place.found.state
        new = NewState(place.server, place.job, stored, before, after)
        self._journal.note(new, prepared.delivery)

    def _put(self, server: Server, job: Job) -> None:
        self._fresh.put([server], [job])
        self._batch.put(server, job)

    def _known_run(self, job: Job, prepared: PreparedReport) -> int | None:
        """Return the run that a report repeats; nearly all start after all that is stored."""
        if prepared.report.run.is_pulled:
            return pulled_runs.known_as(self.db, job, prepared)
        began = prepared.report.run.began
        if began is not None and began - began % SECOND > newest_begin(self._space, job.id):
            return None
        return write_queries.known_run(self.db, job, prepared)

    def _add_run(self, job: Job, prepared: PreparedReport, run_id: int) -> StoredRun:
        stored = prepared.stored(run_id)
        newest = newest_begin(self._space, job.id)
        self._fresh.newest[job.id] = max(newest, stored.started, stored.run.began or 0)
        self._batch.add_run(job.id, stored, self._names_id(prepared.names), prepared)
        return stored

    def _names_id(self, names: bytes) -> int:
        known = self._fresh.names.get(names) or self._cache.names.get(names)
        if known is None:
            known = self._fresh.names[names] = write_queries.names_id(self.db, names)
        return known


def _posted(state: JobState, prepared: PreparedReport) -> JobState:
    """Return a state after a report; one that was fetched says nothing of what is posted."""
    delivery = prepared.delivery
    return state if delivery.fetched else state.with_post(delivery.received)
