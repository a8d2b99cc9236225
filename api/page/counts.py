"""The counts at the head of a page, by the names that conditions have."""

from msgspec import Struct

from exporter.conditions.counts import StatusSummary
from exporter.conditions.evaluate import Condition
from exporter.fleet.views import Totals

_ALWAYS = (Condition.OVERDUE, Condition.FAILING, Condition.STALLED, Condition.SHRINKING)
"""Shown though nothing is the matter: these are asked for."""


class Count(Struct, frozen=True):
    """A number, what it counts, and the condition whose jobs it counts."""

    name: str
    label: str
    value: int
    condition: Condition | None = None


def of_conditions(summary: StatusSummary) -> list[Count]:
    """Return the counts of jobs: of all, of each condition, of those nobody could judge."""
    held = [
        Count(each.value, WORDS[each], summary.count(each), each)
        for each in Condition
        if each in _ALWAYS or summary.count(each)
    ]
    unjudged = [Count("unjudged", "Not judged", summary.errored)] if summary.errored else []
    return [Count("jobs", "Backups", summary.jobs), *held, *unjudged]


def counts(totals: Totals, summary: StatusSummary) -> list[Count]:
    """Return the counts of the fleet: those of jobs, of servers and of runs."""
    return [
        *of_conditions(summary),
        Count("servers", "Servers", totals.servers),
        Count("completed", "Good runs", totals.completed),
        Count("failed", "Failed runs", totals.failed),
    ]


WORDS = {
    Condition.OVERDUE: "Overdue",
    Condition.FAILING: "Failing",
    Condition.DAMAGED: "Damaged",
    Condition.STALLED: "Stalled",
    Condition.STALE: "Stale",
    Condition.INTERRUPTED: "Interrupted",
    Condition.SHRINKING: "Shrinking",
    Condition.SECOND_COPY: "Second copy",
    Condition.UNNAMED: "Unnamed",
    Condition.WARNING: "Warnings",
    Condition.RUNNING: "Running",
    Condition.WAITING: "Waiting",
    Condition.PAUSED: "Paused",
    Condition.OFF: "Schedule off",
    Condition.FINE: "Fine",
}
"""Condition's own words are for programs, too."""
