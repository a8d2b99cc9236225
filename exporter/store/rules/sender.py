"""The sender of a report: what decides its server and its job."""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from exporter.jobs.job import Identity
from exporter.model import Delivery, JobKind, Machine, Report, believed, kind_of
from exporter.model.live import LiveReport
from exporter.times import Millis


class Sender(Struct, frozen=True):
    """The machine and the backup of a report, when its run started, and how it came.

    `began` is not after the arrival: a sender's clock may be wrong. `kind` is None where the run is
    another operation, which counts for no job.
    """

    machine: Machine
    backup: str
    began: Millis | None
    identity: Identity | None
    delivery: Delivery
    kind: JobKind | None = JobKind.BACKUP

    @classmethod
    def of_report(cls, report: Report, delivery: Delivery) -> "Sender":
        """Return who sent a report."""
        run, machine = report.run, report.machine
        identity = identity_of(machine, run.backup_id, run.destination_type)
        began, kind = _right(run.began, delivery), kind_of(run.operation)
        return cls(machine, report.backup, began, identity, delivery, kind)

    @classmethod
    def of_live_report(cls, report: LiveReport, delivery: Delivery) -> "Sender":
        """Return who sent a live report."""
        activity, machine = report.activity, report.machine
        identity = identity_of(machine, activity.backup_id, activity.destination_type)
        began = _right(activity.began, delivery)
        return cls(machine, report.backup, began, identity, delivery, report.kind)

    @property
    def name(self) -> str | None:
        """The machine's name: from the URL that it posted to, else its own."""
        return self.delivery.server or self.machine.name


def one_of_each_backup(senders: Iterable[Sender]) -> list[Sender]:
    """Return the first sender of each backup to which all of them give the same name."""
    found: dict[Identity, list[Sender]] = defaultdict(list)
    for sender in senders:
        if sender.identity is not None:
            found[sender.identity].append(sender)
    return [same[0] for same in found.values() if len({each.backup for each in same}) == 1]


def identity_of(
    machine: Machine, backup_id: str | None, destination_type: str | None
) -> Identity | None:
    """Return how Duplicati knows a backup; None where that is not known in full."""
    if machine.machine_id is None or backup_id is None:
        return None
    return Identity(machine.machine_id, backup_id, destination_type)


def _right(began: Millis | None, delivery: Delivery) -> Millis | None:
    return None if began is None else believed.start(began, delivery.received)
