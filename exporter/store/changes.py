"""What a write changed, for a follower that keeps the present state in memory."""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from exporter.jobs.job import Job
from exporter.model import Server
from exporter.model.live import LiveRun, LiveStatus
from exporter.times import Millis


class Change(Struct, frozen=True):
    """The servers and jobs as they are now, and the ids of those that are gone.

    `machine_ids` are those that now belong to a server, each with the server's id. `joined` are
    jobs that are gone because they became part of another one, each with the id of that one.
    """

    servers: tuple[Server, ...] = ()
    jobs: tuple[Job, ...] = ()
    machine_ids: tuple[tuple[str, int], ...] = ()
    removed_servers: tuple[int, ...] = ()
    removed_jobs: tuple[int, ...] = ()
    joined: tuple[tuple[int, int], ...] = ()


class Follower(Protocol):
    """Keeps the present state in memory; the store calls it from one thread at a time."""

    def apply(self, change: Change) -> None:
        """Apply a change, in the order of the commits."""
        ...

    def replace_all(self, everything: Change) -> None:
        """Replace all that was passed before."""
        ...

    def apply_live_report(
        self, job_id: int, activity: LiveStatus, received: Millis
    ) -> LiveRun | None:
        """Apply a live report of a job; return its live run, None if the job is gone."""
        ...

    def apply_live_run(self, job_id: int, run: LiveRun) -> None:
        """Apply the live run of a report that another daemon received."""
        ...

    def listen_since(self, at: Millis) -> None:
        """Note that no daemon could receive reports until a time."""
        ...


class Recorded(Struct, frozen=True):
    """The result of recording a report. `new` is false for one that was recorded before.

    `notes` say what people should know about its server and its job. `others` are jobs that have
    another name now because of this one.
    """

    new: bool
    run_id: int
    server: Server
    job: Job
    machine_id: str | None
    notes: tuple[str, ...] = ()
    others: tuple[Job, ...] = ()

    @property
    def change(self) -> Change:
        """What the report changed."""
        known = () if self.machine_id is None else ((self.machine_id, self.server.id),)
        return Change((self.server,), (self.job, *self.others), known)


class DeclaredJob(Struct, frozen=True):
    """The result of declaring a job. `new` is false for one that was declared or known before."""

    new: bool
    server: Server
    job: Job
    machine_id: str | None
    others: tuple[Job, ...] = ()

    @property
    def change(self) -> Change:
        """What the declaration changed."""
        known = () if self.machine_id is None else ((self.machine_id, self.server.id),)
        return Change((self.server,), (self.job, *self.others), known)


def joined(outcomes: Iterable[Recorded]) -> Change:
    """Return what several reports changed together: each server and job as it is in the end."""
    changes = [recorded.change for recorded in outcomes]
    servers = {each.id: each for change in changes for each in change.servers}
    jobs = {each.id: each for change in changes for each in change.jobs}
    machine_ids = {name: owner for change in changes for name, owner in change.machine_ids}
    return Change(tuple(servers.values()), tuple(jobs.values()), tuple(machine_ids.items()))
