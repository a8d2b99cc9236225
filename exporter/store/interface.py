"""The interface of every store, whichever database it uses."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from exporter.limits import Limits
from exporter.model import Delivery, JobSettings, Rejected, Report, Server
from exporter.model.audit import AuditEntry, AuditFilter, Author
from exporter.model.declared import Declaration
from exporter.model.last_error import LastError
from exporter.model.listed import BackupList
from exporter.model.live import LiveReport, LiveRun, LiveStatus
from exporter.model.pulled import Pulled
from exporter.model.sharing import SharingFigures
from exporter.store.changes import Change, DeclaredJob, Follower, Recorded
from exporter.store.parts import Outbox, Pending, Timing, Watch
from exporter.store.summaries import Summaries
from exporter.store.values import JobRun, PastRun, RunFilter, StoredDetail
from exporter.times import Millis


class Store(Summaries, Protocol):
    """The reports that were received. Thread-safe.

    When the method of a write returns, the write is durable, so it survives a loss of power, and
    its change was passed to the follower. Two writes never see each other half done. Reads see what
    was committed when they started and never wait for a write.

    Every method raises `StoreUnavailableError` when the store does not answer.
    """

    @property
    def timing(self) -> Timing:
        """What is stored about the daemon's own clock."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What people are to be told, and what was told."""
        ...

    def follow(self, follower: Follower) -> None:
        """Pass all that is stored to a follower, and from now on each durable change."""
        ...

    def catch_up(self, patience: float) -> None:
        """Wait until the follower has all that any daemon acknowledged before the call.

        Raises:
            StoreUnavailableError: the store did not answer within `patience` seconds. What the
                follower has may be old then: no answer may say that all is fine.
        """
        ...

    def leads(self) -> bool:
        """Return whether this daemon does what only one of those that share the store has to do."""
        ...

    def now(self) -> Millis:
        """Return the present time by the clock of all daemons that share the store."""
        ...

    def close(self) -> None:
        """Finish the waiting writes and release the database."""
        ...

    def announce(self, url: str) -> None:
        """Publish where the daemon serves, for programs that find the database in use."""
        ...

    def record_by(self, limits: Limits, watch: Watch | None) -> None:
        """Hold reports to other limits from the next commit on, and ask another watch of each."""
        ...

    def record(self, report: Report, delivery: Delivery) -> Recorded:
        """Record a report completely or not at all. Raises `LimitReachedError`."""
        ...

    def submit(
        self, report: Report, delivery: Delivery, told: Callable[[Pending], None]
    ) -> Pending:
        """Begin to record a report and return at once.

        `told` gets the outcome once it is durable or failed, in whatever thread that is known: it
        must take no time. That may be before this method returns.
        """
        ...

    def record_all(self, reports: Iterable[tuple[Report, Delivery]]) -> list[Recorded]:
        """Record reports in one commit: all of them or none. Raises `LimitReachedError`."""
        ...

    def dry_run(self, reports: Iterable[tuple[Report, Delivery]]) -> list[Recorded]:
        """Return what `record_all` would return; record nothing. Raises `LimitReachedError`."""
        ...

    def reject(self, rejected: Rejected) -> None:
        """Store what was refused; only the newest are kept, and their first bytes."""
        ...

    def note_taken(self, address: str, at: Millis) -> None:
        """Record that a report from an address was accepted: it settles earlier refusals of it."""
        ...

    def note_heard(self, address: str, at: Millis) -> None:
        """Record that a live report was accepted: it settles the address's live refusals only."""
        ...

    def resolve_job(self, live_report: LiveReport, delivery: Delivery) -> int:
        """Return the job of a live report, created if missing."""
        ...

    def declare_job(self, declaration: Declaration, by: Author | None) -> DeclaredJob:
        """Let a job be expected before a run of it is known; create it if missing.

        Declared again it is the same job, expected from the same time; one with a known run stays
        as it is. Without `by` no audit entry is written.

        Raises `LimitReachedError` where server or job is new and exceeds a limit, `UnknownIdError`
        where no server has the id.
        """
        ...

    def hear(self, job_id: int, activity: LiveStatus, received: Millis) -> LiveRun | None:
        """Apply a live report of a job; return its live run, None if the job is gone.

        Every daemon knows it when the method returns. It is durable after `keep_live`.
        """
        ...

    def listening_since(self) -> Millis | None:
        """Return since when any daemon could receive reports; None: since this one started."""
        ...

    def keep_live(self, runs: Sequence[tuple[int, LiveRun]]) -> None:
        """Store the newest live run of jobs, so that a restart knows it."""
        ...

    def record_placeholder(
        self, job_id: int, report: Report, delivery: Delivery
    ) -> Recorded | None:
        """Record a placeholder run until its report comes; return None if it came meanwhile."""
        ...

    def set_server(self, server_id: int, edit: Callable[[Server], Server], by: Author) -> None:
        """Change a server's alias and note. Raises `UnknownIdError`."""
        ...

    def merge_servers(self, target_id: int, source_ids: Sequence[int], by: Author) -> None:
        """Merge servers, completely or not at all. Raises `UnknownIdError`."""
        ...

    def delete_server(self, server_id: int, by: Author) -> None:
        """Remove a server with its jobs and runs. Raises `UnknownIdError`."""
        ...

    def set_job(self, job_id: int, edit: Callable[[JobSettings], JobSettings], by: Author) -> None:
        """Change what people set for a job. Raises `UnknownIdError`."""
        ...

    def plan_job(self, job_id: int, start: Millis, interval: Millis | None, asked: Millis) -> None:
        """Apply what Duplicati's own scheduler plans for a job. Raises `UnknownIdError`."""
        ...

    def note_pulled(self, server_id: int, edit: Callable[[Pulled | None], Pulled | None]) -> None:
        """Change what is known of a server by pulling. Raises `UnknownIdError`."""
        ...

    def note_error(self, job_id: int, error: LastError | None, skew: Millis = 0) -> None:
        """Keep the last error of a job's Duplicati, if no run has it.

        Args:
            job_id: the job.
            error: the error, if there is one.
            skew: how far the clock that it is dated by is ahead of the store's.

        Raises:
            UnknownIdError: there is no such job.
        """
        ...

    def note_list(self, listed: BackupList, asked: Millis) -> None:
        """Apply the list of a server's backups: what was renamed, and what is gone."""
        ...

    def forget_copy(self, job_id: int, destination: str, by: Author) -> None:
        """Forget a second destination of a job that was given up. Raises `UnknownIdError`."""
        ...

    def separate_job(self, job_id: int, by: Author) -> None:
        """Undo the last renaming of a job. Raises `UnknownIdError`."""
        ...

    def delete_job(self, job_id: int, by: Author) -> None:
        """Remove a job with its runs. Raises `UnknownIdError`."""
        ...

    def clear_rejected(self, rejected_id: int | None, by: Author) -> int:
        """Remove a refused body, all for None; return how many. Raises `UnknownIdError`."""
        ...

    def note_done(self, what: str, by: Author) -> None:
        """Note what a person did that changes nothing that is stored."""
        ...

    def audit(self, chosen: AuditFilter, before: int | None, limit: int) -> list[AuditEntry]:
        """Return who changed what, newest first, after the last id seen."""
        ...

    def rescheduled(self, job_ids: Sequence[int]) -> dict[int, Millis]:
        """Return when a person last changed the schedule of jobs or paused one, or ended that.

        Jobs of which nobody did, or not within the time for which changes are kept, are left out.
        """
        ...

    def prune_audit(self, before: Millis) -> None:
        """Forget who changed what before a time."""
        ...

    def prune_runs(self, before: Millis, after: int) -> tuple[int, int | None]:
        """Remove some runs after an id that came before a time.

        Return how many, and the last id examined; None if nothing is left to remove.
        """
        ...

    def prune_messages(self, before: Millis, after: int) -> tuple[int, int | None]:
        """Remove the log lines of some runs; otherwise as `prune_runs`."""
        ...

    def hurry(self) -> None:
        """Stop waiting for a database that is away, in all calls: the daemon is about to stop."""
        ...

    def reclaim_space(self) -> bool:
        """Reclaim a little of the space of removed rows; return whether there was any."""
        ...

    def check_writable(self) -> None:
        """Write a mark, unless one was just written, to see whether a report can be stored."""
        ...

    def snapshot(self) -> Change:
        """Return every server and job as they are now."""
        ...

    def live_runs(self) -> list[tuple[int, LiveRun]]:
        """Return the newest live run of each job that had one."""
        ...

    def created(self) -> Millis:
        """Return when the database was created."""
        ...

    def runs(
        self, chosen: RunFilter, before: tuple[Millis, int] | None, limit: int
    ) -> list[JobRun]:
        """Return runs, newest start first, after the order key of the last one seen."""
        ...

    def newest_backups(self, job_ids: Sequence[int], most: int) -> dict[int, list[PastRun]]:
        """Return the newest backup runs of each of the jobs, the oldest of them first."""
        ...

    def run(self, run_id: int) -> StoredDetail | None:
        """Return one run with its numbers and its log; None if there is none."""
        ...

    def rejected(self, before: int | None, limit: int) -> list[Rejected]:
        """Return what was refused, newest first, after the last id seen."""
        ...

    def all_rejected(self) -> list[Rejected]:
        """Return all that was refused, without the bodies, newest first."""
        ...

    def refused_mark(self) -> object:
        """Return a value that changes when another daemon changes what was refused.

        It is as new as the last `catch_up`; nothing is waited for.
        """
        ...

    def reporters(self) -> list[str]:
        """Return the addresses from which a report was accepted, the longest known first."""
        ...

    def sharing(self) -> SharingFigures | None:
        """Return the figures of a store that several daemons share; None if this one is alone."""
        ...

    def size_bytes(self) -> int:
        """Return the size of the database."""
        ...
