"""What every store can do, whatever it keeps the reports in."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from exporter.model import Delivery, JobSettings, Rejected, Report, Server
from exporter.model.clock import ClockReading
from exporter.model.live import LiveReport, LiveRun, LiveStatus
from exporter.model.sharing import SharingFigures
from exporter.store.changes import Change, Follower, Recorded
from exporter.store.values import (
    ClockMarks,
    JobRun,
    PastRun,
    RunFilter,
    StoredDetail,
)
from exporter.times import Millis


class Timing(Protocol):
    """What is stored of the daemon's own clock, and of what a wrong one stamped.

    A part of the store: its methods may be called and raise as those of the whole.
    """

    def put_right(self, moment: ClockReading) -> None:
        """Put right what a wrong clock stamped, as far as it is known by now."""
        ...

    def has_doubtful(self) -> bool:
        """Tell whether reports came while the clock was known to be behind."""
        ...

    def marks(self) -> ClockMarks:
        """Return what was noted last of the clock."""
        ...

    def mark(self, marks: ClockMarks) -> None:
        """Note what the clock says, for the next start."""
        ...

    def last_run(self) -> int:
        """Return the largest id of a run; 0 where there is none."""
        ...


class Store(Protocol):
    """The reports that were received. Every method may be called from any thread.

    A write is durable when its method returns, and shown to who follows: it then survives a loss of
    power. Two writes never see each other half done. Reads see what was committed when they started
    and never wait for a write.

    Every method raises `StoreUnavailableError` when the store does not answer.
    """

    @property
    def timing(self) -> Timing:
        """What is kept of the daemon's own clock."""
        ...

    def follow(self, follower: Follower) -> None:
        """Show all that is stored, and from now on each change, once it is durable."""
        ...

    def catch_up(self, patience: float) -> None:
        """Return once all that any daemon acknowledged before the call has been shown.

        Raises:
            StoreUnavailableError: the store did not answer for so many seconds. What was shown may
                be old then: nobody is to be told that all is fine.
        """
        ...

    def leads(self) -> bool:
        """Whether this daemon does what one of all that share the store does for all."""
        ...

    def now(self) -> Millis:
        """Return the present time by the clock that all who share the store go by."""
        ...

    def close(self) -> None:
        """Finish the writes that wait and let go of where it keeps the reports."""
        ...

    def announce(self, url: str) -> None:
        """Tell other programs that find it in use where it is served."""
        ...

    def record(self, report: Report, delivery: Delivery) -> Recorded:
        """Record a report whole or not at all. Raises `LimitReachedError`."""
        ...

    def record_all(self, reports: Iterable[tuple[Report, Delivery]]) -> list[Recorded]:
        """Record reports in one commit: all of them or none. Raises `LimitReachedError`."""
        ...

    def dry_run(self, reports: Iterable[tuple[Report, Delivery]]) -> list[Recorded]:
        """Return what `record_all` would, and record nothing. Raises `LimitReachedError`."""
        ...

    def reject(self, rejected: Rejected) -> None:
        """Keep what was refused; only the newest are kept, and their first bytes."""
        ...

    def note_taken(self, address: str, at: Millis) -> None:
        """Note that a report of an address was taken: it settles what was refused of it before."""
        ...

    def note_heard(self, address: str, at: Millis) -> None:
        """Note that a live report of an address was taken: it settles refused live ones only."""
        ...

    def resolve_job(self, live_report: LiveReport, delivery: Delivery) -> int:
        """Return the job that a live report tells of, made where nobody knows it."""
        ...

    def hear(self, job_id: int, activity: LiveStatus, received: Millis) -> LiveRun | None:
        """Apply a live report of a job, and return what is known of its run; None without the job.

        It is known to every daemon when the method returns, and durable after `keep_live`.
        """
        ...

    def listening_since(self) -> Millis | None:
        """Return since when some daemon could receive reports; None since this one started."""
        ...

    def keep_live(self, runs: Sequence[tuple[int, LiveRun]]) -> None:
        """Keep the newest live run of jobs, so that a restart knows it."""
        ...

    def record_placeholder(
        self, job_id: int, report: Report, delivery: Delivery
    ) -> Recorded | None:
        """Record a run whose report did not come, until it comes; None where it did meanwhile."""
        ...

    def set_server(self, server_id: int, edit: Callable[[Server], Server]) -> None:
        """Change a server's alias and note. Raises `UnknownIdError`."""
        ...

    def merge_servers(self, target_id: int, source_ids: Sequence[int]) -> None:
        """Make servers one, whole or not at all. Raises `UnknownIdError`."""
        ...

    def delete_server(self, server_id: int) -> None:
        """Remove a server with all it has. Raises `UnknownIdError`."""
        ...

    def set_job(self, job_id: int, edit: Callable[[JobSettings], JobSettings]) -> None:
        """Change what people set for a job. Raises `UnknownIdError`."""
        ...

    def plan_job(self, job_id: int, start: Millis, interval: Millis | None, asked: Millis) -> None:
        """Take in what Duplicati's own scheduler plans for a job. Raises `UnknownIdError`."""
        ...

    def forget_copy(self, job_id: int, destination: str) -> None:
        """Forget a second destination of a job that was given up. Raises `UnknownIdError`."""
        ...

    def separate_job(self, job_id: int) -> None:
        """Undo the last renaming of a job. Raises `UnknownIdError`."""
        ...

    def delete_job(self, job_id: int) -> None:
        """Remove a job with its runs. Raises `UnknownIdError`."""
        ...

    def prune_runs(self, before: Millis, after: int) -> tuple[int, int | None]:
        """Remove some runs behind an id that came before a moment.

        Return how many, and the last id looked at; None where no more is to be removed.
        """
        ...

    def prune_messages(self, before: Millis, after: int) -> tuple[int, int | None]:
        """Remove the log lines of some runs; else as `prune_runs`."""
        ...

    def hurry(self) -> None:
        """Let no call wait any longer for a database that is away: the daemon stops."""
        ...

    def reclaim_space(self) -> bool:
        """Give back a little room of what was removed; tell whether there was any."""
        ...

    def check_writable(self) -> None:
        """Write a mark, unless one was written just now, to learn whether a report could be."""
        ...

    def snapshot(self) -> Change:
        """Return every server and job as they are."""
        ...

    def live_runs(self) -> list[tuple[int, LiveRun]]:
        """Return the newest live run of each job that had one."""
        ...

    def created(self) -> Millis:
        """Return when the store was made."""
        ...

    def runs(
        self, chosen: RunFilter, before: tuple[Millis, int] | None, limit: int
    ) -> list[JobRun]:
        """Return runs, newest start first, from behind the order key of the last one seen."""
        ...

    def newest_backups(self, job_ids: Sequence[int], most: int) -> dict[int, list[PastRun]]:
        """Return the newest backup runs of each of the jobs, the oldest of them first."""
        ...

    def run(self, run_id: int) -> StoredDetail | None:
        """Return one run with what it counted and its log, or None where there is none."""
        ...

    def rejected(self, before: int | None, limit: int) -> list[Rejected]:
        """Return what was refused, newest first, from behind the last id seen."""
        ...

    def all_rejected(self) -> list[Rejected]:
        """Return all that was refused without its bodies, newest first."""
        ...

    def reporters(self) -> list[str]:
        """Return the addresses of which a report was taken, the longest known first."""
        ...

    def sharing(self) -> SharingFigures | None:
        """Return how this daemon gets on with a store that it shares; None where it is alone."""
        ...

    def size_bytes(self) -> int:
        """Return how much room all of it takes."""
        ...
