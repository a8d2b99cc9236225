"""The state of everything in one word: what a program asks for that has to decide. Pure."""

from collections.abc import Iterable
from enum import Enum

from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import Fault
from exporter.model.conditions import Severity


class OverallState(Enum):
    """The worst that holds, the best first."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"


def overall_state(summary: StatusSummary, faults: Iterable[Fault] = ()) -> OverallState:
    """Return the worst of what holds for jobs that are neither muted nor paused, and of faults.

    A job that could not be evaluated may be in any trouble, so it is never ok.
    """
    return worst_of(summary, [each.severity for each in faults])


def worst_of(summary: StatusSummary, faults: Iterable[Severity]) -> OverallState:
    """Return the same; of the faults only how serious they are matters."""
    held = {*(each.severity for each in summary.troubles), *faults}
    if Severity.CRITICAL in held:
        return OverallState.CRITICAL
    if Severity.WARNING in held or summary.errored:
        return OverallState.WARNING
    return OverallState.OK
