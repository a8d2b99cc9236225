"""The counts at the head of a page, named as the conditions are."""

from msgspec import Struct

from exporter.conditions.counts import StatusSummary
from exporter.fleet.views import Totals
from exporter.language import gettext as _
from exporter.model.conditions import Condition

_ALWAYS = (Condition.OVERDUE, Condition.FAILING, Condition.STALLED, Condition.SHRINKING)
"""Shown even at zero: people look for these."""


class Count(Struct, frozen=True):
    """A number, what it counts, the condition whose jobs it counts, and whether any is trouble."""

    name: str
    label: str
    value: int
    condition: Condition | None = None
    troubles: bool = False


def of_conditions(summary: StatusSummary) -> list[Count]:
    """Return the counts of jobs: of all, of each condition, of those not evaluated."""
    troubles = summary.troubles
    held = [
        Count(each.value, _label(each), summary.count(each), each, each in troubles)
        for each in Condition
        if each in _ALWAYS or summary.count(each)
    ]
    errored = [Count("unjudged", _("Not evaluated"), summary.errored)] if summary.errored else []
    return [Count("jobs", _("Backups"), summary.jobs), *held, *errored]


def _label(condition: Condition) -> str:
    word = _(condition.word)
    return f"{word[:1].upper()}{word[1:]}"


def counts(totals: Totals, summary: StatusSummary) -> list[Count]:
    """Return the counts of the fleet: those of jobs, of servers and of runs."""
    return [
        *of_conditions(summary),
        Count("servers", _("Servers"), totals.servers),
        Count("completed", _("Completed runs"), totals.completed),
        Count("failed", _("Failed runs"), totals.failed),
    ]
