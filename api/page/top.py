"""What stands at the top of a page: a line for each thing that is wrong beside the backups."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from api.page import notifications, refused
from api.page.notifications import Late
from api.page.refused import Refused
from exporter.conditions.faults import Fault
from exporter.ingest.refusals import Refusals
from exporter.model.conditions import DaemonCondition, ServerCondition
from exporter.notifications.deliveries import Deliveries
from exporter.templating import short
from exporter.times import Millis

UNJUDGED = "unjudged"
SETTLED = "settled"

_MAX_REASON_LENGTH = 300


class Line(Struct, frozen=True):
    """A line: what it is about, and what it says of it.

    `kind` is the word of a condition, `unjudged` for jobs that could not be evaluated, or `settled`
    for refused reports after which others were accepted.
    """

    kind: str
    reason: str = ""
    server: str | None = None
    refused: Refused | None = None
    late: Late | None = None
    names: tuple[str, ...] = ()

    @property
    def tone(self) -> str:
        """How it looks: as what is critical, as a warning, or as something to know."""
        if self.kind in (SETTLED, ServerCondition.CERTIFICATE.value):
            return "said"
        return "fault" if self.kind == DaemonCondition.STORAGE.value else "doubt"


class TopLines(Struct, frozen=True):
    """Finds what stands at the top; `faults` returns what is wrong beside the backups."""

    faults: Callable[[Millis], tuple[Fault, ...]]
    refusals: Refusals
    deliveries: Deliveries

    def lines(self, found: Iterable[Fault], unjudged: Sequence[str], now: Millis) -> list[Line]:
        """Return a line for each fault, and one for the backups that could not be evaluated."""
        lines = [self._line(each, now) for each in found]
        return [*lines, Line(UNJUDGED, names=tuple(unjudged))] if unjudged else lines

    def settled(self, now: Millis) -> list[Line]:
        """Return the line on refused reports of the last day of which none is open."""
        told = refused.of_last_day(self.refusals, now)
        return [] if told is None or told.unsettled else [Line(SETTLED, refused=told)]

    def _line(self, fault: Fault, now: Millis) -> Line:
        condition, reason = fault.condition, short(fault.reason, _MAX_REASON_LENGTH)
        told = condition is DaemonCondition.REFUSED
        waits = condition is DaemonCondition.NOTIFICATIONS
        return Line(
            condition.value,
            reason,
            fault.server,
            refused.of_last_day(self.refusals, now) if told else None,
            notifications.late(self.deliveries, now) if waits else None,
        )
