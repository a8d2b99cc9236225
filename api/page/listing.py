"""What the overview and a server's page have in common: the head with its counts, and the rows."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from api.page import filters, rows
from api.page.counts import Count, of_conditions
from api.page.drawing import sparklines
from api.page.favicons import tab
from api.page.filters import JobFilter
from exporter.conditions.counts import StatusSummary
from exporter.conditions.evaluate import EvaluatedJob
from exporter.conditions.faults import Fault, storage_fault
from exporter.conditions.sentence import headline, newest_failure
from exporter.fleet import Fleet
from exporter.formatting import DisplayTime
from exporter.language import gettext as _
from exporter.model.conditions import Condition
from exporter.store import Store
from exporter.times import Millis

_NAMED = 20
"""Jobs that could not be evaluated are named, at most so many."""


def head(
    summary: StatusSummary, totals: list[Count], faults: Sequence[Fault], now: Millis
) -> dict[str, Any]:
    """Return the values for the head of a page and for its tab."""
    calm = Condition.FINE if summary.fine and not faults else None
    return {
        "now": DisplayTime.from_timestamp(now, now),
        "sentence": headline(summary, newest_failure(summary, now), faults),
        "worst": next(iter(summary.troubles), calm),
        "counts": of_conditions(summary),
        "totals": totals,
        "storing": storage_fault(faults) is None,
        **tab(summary, faults),
    }


def unjudged(fleet: Fleet, job_ids: Iterable[int]) -> list[str]:
    """Return the names of the first of these jobs, with their servers."""
    known = filter(None, map(fleet.place, job_ids))
    labels = (
        _("%(name)s of %(server)s") % {"name": job.name, "server": server.shown_name}
        for server, job in known
    )
    return list(islice(labels, _NAMED))


def listing(
    store: Store, jobs: Iterable[EvaluatedJob], job_filter: JobFilter, since: Millis, now: Millis
) -> dict[str, Any]:
    """Return the rows that are asked for, and what is needed to show them.

    `since` is when the daemon began to listen.
    """
    shown = filters.shown(jobs, job_filter)
    return {
        "wish": job_filter,
        "shown": shown,
        "groups": rows.groups(store, shown.views, since, now, grouped=bool(job_filter.group)),
        "shapes": sparklines.SHAPES,
    }
