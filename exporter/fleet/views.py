"""The fleet's answers: its totals, its jobs, and what changed."""

from collections.abc import Collection
from typing import NamedTuple

from msgspec import Struct

from exporter.fleet.live_runs import Running
from exporter.jobs.health import JobHealth
from exporter.jobs.job import Job
from exporter.model import Server
from exporter.model.live import LiveRun
from exporter.model.mutes import later_mute, muted_after
from exporter.model.tags import has_all, together
from exporter.schedule import Expectation, Schedule
from exporter.times import Millis


class Totals(Struct, frozen=True):
    """The whole fleet at one time.

    `completed`, `failed` and `interrupted` count runs, the others jobs. Before any server
    `has_reported`, the last report is when the database was created.
    """

    servers: int
    jobs: int
    completed: int
    failed: int
    failing: int
    overdue: int
    last_report: Millis
    running: int = 0
    listening_since: Millis = 0
    interrupted: int = 0
    has_reported: bool = False


class Evaluation(Struct, frozen=True, gc=False):
    """What holds for a job until a report or a person changes it."""

    health: JobHealth
    schedule: Schedule
    expectation: Expectation | None


class JobView(Struct, frozen=True):
    """A backup job, its server, the schedule that holds for it and what is expected of it.

    `health` comes from its runs; the job itself is unpacked for that only once a report.
    A job that runs is not overdue until it stops reporting: its deadline is moved to then.
    `awaited` are its runs that ended well by live reports and were not reported, oldest first.
    """

    server: Server
    job: Job
    health: JobHealth
    schedule: Schedule
    expectation: Expectation | None
    running: Running | None = None
    possible_duplicate_of: int | None = None
    awaited: tuple[LiveRun, ...] = ()

    @property
    def effective_deadline(self) -> Millis | None:
        """The time from which the job is overdue, None where it never is."""
        return None if self.expectation is None else self.expectation.effective_deadline

    @property
    def muted_until(self) -> Millis | None:
        """Until when nobody is notified of the job: the later mute of its own and its server's.

        It may have passed; None where neither was ever muted.
        """
        return later_mute(self.job.settings.muted, self.server.muted)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the job and those of its server, sorted."""
        return together(self.job.settings.tags, self.server.tags)

    def has_tags(self, wanted: Collection[str]) -> bool:
        """Whether the job or its server has each of some tags."""
        return not wanted or has_all(wanted, self.job.settings.tags, self.server.tags)

    @property
    def failing(self) -> bool:
        """Whether the newest run that completed or failed, failed, or a failure is not cleared."""
        return self.health.failing

    def muted(self, now: Millis) -> bool:
        """Whether nobody is notified of the job now; a mute ends by itself."""
        return muted_after(self.muted_until, now) is not None

    def stalled(self, now: Millis) -> bool:
        """Whether a run in progress has sent no live report for too long."""
        return self.running is not None and self.running.stalled(now)

    def unreported(self, now: Millis) -> LiveRun | None:
        """Return the newest run that ended well so long ago that its report should have come."""
        missing = (run for run in reversed(self.awaited) if run.unreported_from <= now)
        return next(missing, None)

    def overdue(self, now: Millis) -> bool:
        """Whether a run was expected and none came."""
        return self.expectation is not None and self.expectation.overdue(now)

    def late(self, now: Millis) -> Millis:
        """Return for how long a job is overdue; 0 where it is not."""
        return 0 if self.expectation is None else self.expectation.late(now)


class JobSelection(NamedTuple):
    """The backup jobs of a part of the fleet, and the ids of those that an error leaves out."""

    jobs: list[JobView]
    errored: list[int]


class FleetSnapshot(NamedTuple):
    """The whole fleet: its totals, its backup jobs, and the ids of those left out by an error."""

    totals: Totals
    jobs: list[JobView]
    errored: list[int]


class FleetChanges(Struct, frozen=True):
    """The totals of the fleet, and what was added, changed or removed since the last call.

    `errored` has the jobs whose evaluation failed by an internal error; they count as removed.
    """

    totals: Totals
    servers: tuple[Server, ...]
    jobs: tuple[JobView, ...]
    removed_servers: tuple[int, ...]
    removed_jobs: tuple[int, ...]
    errored: frozenset[int]
