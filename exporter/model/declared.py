"""Jobs that are expected though no run of them is known yet."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from exporter.model.kinds import JobKind
from exporter.model.reports import Machine
from exporter.times import Millis


class DeclaredBy(StrEnum):
    """Who says that a job exists: a person, or Duplicati's server, which lists it."""

    CONFIGURED = "configured"
    REPORTED = "reported"


class Declared(Struct, frozen=True, array_like=True, gc=False):
    """That a job is expected: since when, who says so, and for when its first run is planned.

    `interval` is the time between planned starts. Both are None where no plan is known.
    """

    since: Millis
    source: DeclaredBy = DeclaredBy.CONFIGURED
    planned: Millis | None = None
    interval: Millis | None = None

    def again(self, later: "Declared") -> "Declared":
        """Return what holds when the job is declared once more.

        It counts from the first time, unless a wrong clock stamped that with a time to come.
        """
        kept = replace(self, since=min(self.since, later.since))
        if later.planned is None:
            return kept
        return kept.planned_anew(later.planned, later.interval, later.since)

    def planned_anew(self, start: Millis, interval: Millis | None, now: Millis) -> "Declared":
        """Return the declaration with another plan; a planned start that passed stays expected."""
        passed = self.planned is not None and self.since < self.planned <= now
        kept = min(start, self.planned or start) if passed else start
        return replace(self, planned=kept, interval=interval)


class Declaration(Struct, frozen=True):
    """A job to declare: a backup of a machine, or of the server `server_id` where that is known.

    `kind` is None where it is unknown: then a job of any kind with that name is meant.
    `backup_id` and `destination_type` are Duplicati's own.
    """

    machine: Machine
    backup: str
    declared: Declared
    kind: JobKind | None = None
    server_id: int | None = None
    backup_id: str | None = None
    destination_type: str | None = None
