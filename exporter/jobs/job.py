"""A job: a backup of a server, the state from its runs, and its settings."""

from msgspec import Struct

from exporter.jobs.state import JobState, pack, unpack
from exporter.model import JobKind, JobSettings


class Identity(Struct, frozen=True, gc=False):
    """How Duplicati identifies a backup whatever its name: the machine's id and the backup's.

    A server's backups are numbered, `DB-2`, and a number is never used again. The command line
    sends a hash of the destination instead, which several backups share.
    """

    machine_id: str
    backup_id: str
    destination_type: str | None = None


_MAX_FRESH = 256
_fresh: dict[int, tuple[bytes, JobState]] = {}
"""States that were just packed, until they are read: the fleet reads each that was stored, and
unpacking one takes a tenth of the time of recording a report."""


class Job(Struct, frozen=True, gc=False):
    """A backup of a server, the state from its runs, and its settings.

    The state is kept packed, as it is stored: that takes 2 KB a job, and 14 KB as objects.
    `identity` is from the newest report that had one; `formerly` are the names that the job had
    before, the oldest first. `reported_name` is what Duplicati calls it, where that is not `name`.
    """

    id: int
    server_id: int
    name: str
    packed: bytes
    settings: JobSettings = JobSettings()
    identity: Identity | None = None
    formerly: tuple[str, ...] = ()
    kind: JobKind = JobKind.BACKUP
    reported_name: str | None = None

    @classmethod
    def of(
        cls, job_id: int, server_id: int, name: str, state: JobState, settings: JobSettings
    ) -> "Job":
        """Return a job with a state."""
        return cls(job_id, server_id, name, pack(state), settings)

    @property
    def state(self) -> JobState:
        """The state from its runs; unpacked by each call but the first after `with_state`."""
        fresh = _fresh.pop(id(self.packed), None)
        # Another one may have had the same address in memory.
        return fresh[1] if fresh and fresh[0] is self.packed else unpack(self.packed)

    @property
    def own_name(self) -> str:
        """What Duplicati calls it; `name` tells a Sync job from a backup of that name."""
        return self.reported_name or self.name

    @property
    def label(self) -> str:
        """Its name, with the kind where it is a Sync, as in texts that show no kind beside it."""
        plain = self.kind is JobKind.BACKUP or self.reported_name is not None
        return self.name if plain else f"{self.name} (sync)"

    def with_state(self, state: JobState) -> "Job":
        """Return the job with another state."""
        packed = pack(state)
        if len(_fresh) >= _MAX_FRESH:
            _fresh.clear()
        _fresh[id(packed)] = packed, state
        return Job(
            self.id,
            self.server_id,
            self.name,
            packed,
            self.settings,
            self.identity,
            self.formerly,
            self.kind,
            self.reported_name,
        )
