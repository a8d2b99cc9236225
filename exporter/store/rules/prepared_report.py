"""A report that is packed before the writer needs it, in the caller's thread."""

from msgspec import Struct

from exporter.model import Delivery, Report, StoredRun, believed
from exporter.store.rules import rows, storable
from exporter.store.rules.sender import Sender
from exporter.times import Millis


class PreparedReport(Struct, frozen=True):
    """A report, with those parts packed that are stored only to be shown again.

    `names` are those under which it counts, `counted` the numbers in their order.
    """

    report: Report
    delivery: Delivery
    sender: Sender
    names: bytes
    counted: bytes
    log: bytes | None

    @classmethod
    def from_report(cls, report: Report, delivery: Delivery) -> "PreparedReport":
        """Return a report with its numbers and its log packed."""
        report, delivery = storable.report(report), storable.delivery(delivery)
        names, counted = rows.pack_counted(report.counted)
        sender = Sender.of_report(report, delivery)
        return cls(report, delivery, sender, names, counted, rows.pack_log(report.log))

    @property
    def started(self) -> Millis:
        """The time that the run counts from."""
        return believed.start(self.report.run.began, self.delivery.received)

    def stored(self, run_id: int) -> StoredRun:
        """Return the run as it is recorded under an id."""
        return StoredRun(run_id, self.started, self.delivery.received, self.report.run)
