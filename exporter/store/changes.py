"""What a write changed, for whoever keeps the present state in memory."""

from msgspec import Struct

from exporter.model import Server
from exporter.state import Job


class Change(Struct, frozen=True):
    """The servers and jobs as they are now, and the ids of those that are gone.

    `machine_ids` are those that now lead to a server, each with the server's id.
    """

    servers: tuple[Server, ...] = ()
    jobs: tuple[Job, ...] = ()
    machine_ids: tuple[tuple[str, int], ...] = ()
    removed_servers: tuple[int, ...] = ()
    removed_jobs: tuple[int, ...] = ()


class Recorded(Struct, frozen=True):
    """What became of a report. `new` is false for one that was recorded before."""

    new: bool
    run_id: int
    server: Server
    job: Job
    machine_id: str | None

    @property
    def change(self) -> Change:
        """What the report changed."""
        known = () if self.machine_id is None else ((self.machine_id, self.server.id),)
        return Change((self.server,), (self.job,), known)
