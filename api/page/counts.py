"""The counts at the head of a page, named as the conditions are."""

from msgspec import Struct

from exporter.conditions.counts import StatusSummary
from exporter.fleet.views import Totals
from exporter.language import gettext as _
from exporter.model.conditions import Condition


class Count(Struct, frozen=True):
    """A number, what it counts, the condition whose jobs it counts, and whether any is trouble."""

    name: str
    label: str
    value: int
    condition: Condition | None = None
    troubles: bool = False


def of_conditions(summary: StatusSummary) -> list[Count]:
    """Return of how many jobs each condition holds, and how many could not be evaluated."""
    troubles = summary.troubles
    held = [
        Count(each.value, _label(each), summary.count(each), each, each in troubles)
        for each in Condition
        if summary.count(each)
    ]
    errored = [Count("unjudged", _("Not evaluated"), summary.errored)] if summary.errored else []
    return [*held, *errored]


def _label(condition: Condition) -> str:
    word = _(condition.word)
    return f"{word[:1].upper()}{word[1:]}"


def of_jobs(summary: StatusSummary) -> list[Count]:
    """Return how many jobs there are."""
    return [Count("jobs", _("Backups"), summary.jobs)]


def of_fleet(totals: Totals, summary: StatusSummary) -> list[Count]:
    """Return how many jobs and servers there are, and the runs of all time."""
    return [
        *of_jobs(summary),
        Count("servers", _("Servers"), totals.servers),
        Count("completed", _("Completed runs"), totals.completed),
        Count("failed", _("Failed runs"), totals.failed),
    ]
