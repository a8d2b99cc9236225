"""What all stores have in common: they read and write by the same rules."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from exporter.model import Delivery, JobSettings, Rejected, Report, Server
from exporter.model.audit import AuditEntry, AuditFilter, Author
from exporter.model.declared import Declaration
from exporter.model.live import LiveReport, LiveRun
from exporter.store.changes import Change, DeclaredJob, Recorded, joined
from exporter.store.outbox import Outbox
from exporter.store.parts import Pending
from exporter.store.pulled_facts import PulledFacts
from exporter.store.rules import (
    admin,
    audit,
    declaring,
    live_runs,
    pruning,
    read_queries,
    refusals,
    removing,
    run_counts,
    separating,
    storable,
)
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.rules.recorder import Recorder
from exporter.store.rules.sender import Sender
from exporter.store.scope import NOWHERE, Scope
from exporter.store.session import Session
from exporter.store.timing import Timing
from exporter.store.values import JobRun, RunCounts, RunFilter, StoredDetail
from exporter.times import Millis

Outcome = TypeVar("Outcome")


class BaseStore(PulledFacts):
    """A store built on three operations: to read, to record and to change."""

    @abstractmethod
    def _read_shown(self, work: Callable[[Session], Outcome], /) -> Outcome:
        """Return what `work` read, once the follower has every commit that it is from."""

    @abstractmethod
    def _write(
        self,
        work: Callable[[Recorder], Outcome],
        scope: Scope = NOWHERE,
        changed: Callable[[Outcome], Change] = lambda _: Change(),
    ) -> Outcome:
        """Return what `work` returned, once it is durable and its change was passed on.

        The transaction may include other work. Work may run again when the transaction is undone,
        so it must change nothing but the database.
        """

    @abstractmethod
    def _submit(self, prepared: PreparedReport, told: Callable[[Pending], None]) -> Pending:
        """Begin to record a report, and return what its outcome will be told by."""

    @abstractmethod
    def _dry_run(self, work: Callable[[Recorder], Outcome], scope: Scope) -> Outcome:
        """Return what the work returns, and undo what it did."""

    @property
    def timing(self) -> Timing:
        """What is stored about the daemon's own clock."""
        return Timing(self._reading, self._change, self._note)

    @cached_property
    def outbox(self) -> Outbox:
        """What people are to be told, and what was told."""
        return Outbox(self._reading, self._read_shown, self._note)

    def record(self, report: Report, delivery: Delivery) -> Recorded:
        """Record a report completely or not at all. Raises `LimitReachedError`."""
        return self._record(PreparedReport.from_report(report, delivery))

    def _record(self, prepared: PreparedReport) -> Recorded:
        return self._write(
            lambda recorder: recorder.record(prepared),
            Scope(senders=(prepared.sender,)),
            lambda recorded: recorded.change,
        )

    def submit(
        self, report: Report, delivery: Delivery, told: Callable[[Pending], None]
    ) -> Pending:
        """Begin to record a report and return at once; `told` gets the outcome."""
        return self._submit(PreparedReport.from_report(report, delivery), told)

    def record_all(self, reports: Iterable[tuple[Report, Delivery]]) -> list[Recorded]:
        """Record reports in one commit: all of them or none. Raises `LimitReachedError`."""
        entries = [PreparedReport.from_report(report, delivery) for report, delivery in reports]
        return self._write(
            lambda recorder: recorder.record_all(entries), _scope_of(entries), joined
        )

    def dry_run(self, reports: Iterable[tuple[Report, Delivery]]) -> list[Recorded]:
        """Return what `record_all` would return; record nothing. Raises `LimitReachedError`."""
        entries = [PreparedReport.from_report(report, delivery) for report, delivery in reports]
        return self._dry_run(lambda recorder: recorder.record_all(entries), _scope_of(entries))

    def reject(self, rejected: Rejected) -> None:
        """Store what was refused; only the newest are kept, and their first bytes."""
        self._note(lambda db: refusals.reject(db, rejected))

    def note_taken(self, address: str, at: Millis) -> None:
        """Record that a report from an address was accepted: it settles earlier refusals of it."""
        self._note(lambda db: refusals.note_taken(db, address, at))

    def note_heard(self, address: str, at: Millis) -> None:
        """Record that a live report was accepted: it settles the address's live refusals only."""
        self._note(lambda db: refusals.note_heard(db, address, at))

    def _note(self, work: Callable[[Session], Outcome], /) -> Outcome:
        return self._write(lambda recorder: work(recorder.db))

    def resolve_job(self, live_report: LiveReport, delivery: Delivery) -> int:
        """Return the job of a live report, created if missing."""
        report, came = storable.live_report(live_report), storable.delivery(delivery)
        scope = Scope(senders=(Sender.of_live_report(report, came),))
        change = self._write(
            lambda recorder: recorder.resolve_job(report, came), scope, lambda each: each
        )
        job, *_ = change.jobs
        return job.id

    def declare_job(self, declaration: Declaration, by: Author | None) -> DeclaredJob:
        """Let a job be expected. Raises `LimitReachedError` and `UnknownIdError`."""
        given = storable.declaration(declaration)
        servers = () if given.server_id is None else (given.server_id,)
        senders = () if servers else (declaring.sender_of(given),)
        return self._write(
            lambda recorder: declaring.declare(recorder, given, by),
            Scope(senders=senders, servers=servers, structural=True),
            lambda declared: declared.change,
        )

    def record_placeholder(
        self, job_id: int, report: Report, delivery: Delivery
    ) -> Recorded | None:
        """Record a placeholder run until its report comes; return None if it came meanwhile."""
        prepared = PreparedReport.from_report(report, delivery)
        return self._write(
            lambda recorder: recorder.record_placeholder(job_id, prepared),
            Scope(jobs=(job_id,)),
            lambda recorded: Change() if recorded is None else recorded.change,
        )

    def set_server(self, server_id: int, edit: Callable[[Server], Server], by: Author) -> None:
        """Change a server's alias and note. Raises `UnknownIdError`."""
        scope = Scope(servers=(server_id,), structural=True)
        self._change(lambda db: admin.set_server(db, server_id, edit, by), scope)

    def merge_servers(self, target_id: int, source_ids: Sequence[int], by: Author) -> None:
        """Merge servers, completely or not at all. Raises `UnknownIdError`."""
        scope = Scope(servers=(target_id, *source_ids), structural=True)
        self._change(lambda db: admin.merge_servers(db, target_id, source_ids, by), scope)

    def delete_server(self, server_id: int, by: Author) -> None:
        """Remove a server with its jobs and runs. Raises `UnknownIdError`."""
        scope = Scope(servers=(server_id,), structural=True)
        self._change(lambda db: admin.delete_server(db, server_id, by), scope)

    def set_job(self, job_id: int, edit: Callable[[JobSettings], JobSettings], by: Author) -> None:
        """Change what people set for a job. Raises `UnknownIdError`."""
        self._change(lambda db: admin.set_job(db, job_id, edit, by), Scope(jobs=(job_id,)))

    def forget_copy(self, job_id: int, destination: str, by: Author) -> None:
        """Forget a second destination of a job that was given up. Raises `UnknownIdError`."""
        self._change(
            lambda db: admin.forget_copy(db, job_id, destination, by), Scope(jobs=(job_id,))
        )

    def separate_job(self, job_id: int, by: Author) -> None:
        """Undo the last renaming of a job. Raises `UnknownIdError`."""
        scope = Scope(jobs=(job_id,), structural=True)
        self._change(lambda db: separating.separate(db, job_id, by), scope)

    def delete_job(self, job_id: int, by: Author) -> None:
        """Remove a job with its runs. Raises `UnknownIdError`."""
        scope = Scope(jobs=(job_id,), structural=True)
        self._change(lambda db: admin.delete_job(db, job_id, by), scope)

    def keep_live(self, runs: Sequence[tuple[int, LiveRun]]) -> None:
        """Store the newest live run of jobs, so that a restart knows it."""
        scope = Scope(jobs=tuple(job_id for job_id, _ in runs))
        self._write(lambda recorder: live_runs.keep(recorder.db, runs), scope)

    def live_runs(self) -> list[tuple[int, LiveRun]]:
        """Return the newest live run of each job that had one."""
        with self._reading() as db:
            return list(live_runs.kept(db))

    def created(self) -> Millis:
        """Return when the database was created."""
        with self._reading() as db:
            return read_queries.created(db)

    def runs(
        self, chosen: RunFilter, before: tuple[Millis, int] | None, limit: int
    ) -> list[JobRun]:
        """Return runs, newest start first, after the order key of the last one seen."""
        with self._reading() as db:
            return read_queries.runs(db, chosen, before, limit)

    def run(self, run_id: int) -> StoredDetail | None:
        """Return one run with its numbers and its log; None if there is none."""
        with self._reading() as db:
            return read_queries.run(db, run_id)

    def run_counts(self, since: Millis, until: Millis) -> list[RunCounts]:
        """Return what the backup runs that started in a span add up to, job by job."""
        with self._reading() as db:
            return run_counts.run_counts(db, since, until)

    def clear_rejected(self, rejected_id: int | None, by: Author) -> int:
        """Remove a refused body, all for None; return how many. Raises `UnknownIdError`."""
        return self._note(lambda db: refusals.clear(db, rejected_id, by))

    def rejected(self, before: int | None, limit: int) -> list[Rejected]:
        """Return what was refused, newest first, after the last id seen."""
        with self._reading() as db:
            return refusals.rejected(db, before, limit)

    def all_rejected(self) -> list[Rejected]:
        """Return all that was refused, without the bodies, newest first."""
        with self._reading() as db:
            return refusals.all_rejected(db)

    def reporters(self) -> list[str]:
        """Return the addresses from which a report was accepted, the longest known first."""
        with self._reading() as db:
            return refusals.reporters(db)

    def note_done(self, what: str, by: Author) -> None:
        """Note what a person did that changes nothing that is stored."""
        self._note(lambda db: audit.note(db, by, what, (None, None)))

    def audit(self, chosen: AuditFilter, before: int | None, limit: int) -> list[AuditEntry]:
        """Return who changed what, newest first, after the last id seen."""
        with self._reading() as db:
            return audit.entries(db, chosen, before, limit)

    def rescheduled(self, job_ids: Sequence[int]) -> dict[int, Millis]:
        """Return when a person last changed when runs of jobs are expected."""
        with self._reading() as db:
            return audit.rescheduled(db, job_ids)

    def prune_audit(self, before: Millis) -> None:
        """Forget who changed what before a time."""
        self._note(lambda db: audit.prune(db, before))

    def prune_runs(self, before: Millis, after: int) -> tuple[int, int | None]:
        """Remove some runs after an id that came before a time.

        Return how many, and the last id examined; None if nothing is left to remove.
        """
        with self._reading() as db:
            found = pruning.old_runs(db, before, after)
        self._remove(removing.remove_runs, found.ids)
        return len(found.ids), found.last

    def prune_messages(self, before: Millis, after: int) -> tuple[int, int | None]:
        """Remove the log lines of some runs; otherwise as `prune_runs`."""
        with self._reading() as db:
            found = pruning.old_messages(db, before, after)
        self._remove(removing.remove_messages, found.ids)
        return len(found.ids), found.last

    def _remove(self, remove: Callable[[Session, Sequence[int]], None], ids: Sequence[int]) -> None:
        if ids:
            self._note(lambda db: remove(db, ids))


def _scope_of(entries: Sequence[PreparedReport]) -> Scope:
    return Scope(senders=tuple(prepared.sender for prepared in entries))
