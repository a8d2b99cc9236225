"""What a job's page says of a report that is missing."""

from msgspec import Struct

from api.missing_reports import DOCUMENTATION, missing_report
from exporter.fleet.views import JobView
from exporter.formatting import DisplayTime
from exporter.ingest.refusals import Refusals
from exporter.model import Rejected
from exporter.reports.remedies import remedy
from exporter.templating import short
from exporter.times import Millis

_MAX_REASON_LENGTH = 300


class Refused(Struct, frozen=True):
    """The newest refused report of the sender."""

    at: DisplayTime
    reason: str
    remedy: str | None


class Unreported(Struct, frozen=True):
    """The end of the newest run without a report, what was refused, and what to check."""

    ended: DisplayTime
    refused: Refused | None
    checks: tuple[str, ...]
    documentation: str = DOCUMENTATION


def unreported(view: JobView, refusals: Refusals, now: Millis) -> Unreported | None:
    """Return what a page says of the report that is missing of a job; None where none is."""
    missing = missing_report(view, refusals.newest_from, now)
    if missing is None:
        return None
    refused = None if missing.refused is None else _refused(missing.refused, now)
    ended = DisplayTime.from_timestamp(missing.last_ended, now)
    return Unreported(ended, refused, missing.checks)


def _refused(entry: Rejected, now: Millis) -> Refused:
    return Refused(
        at=DisplayTime.from_timestamp(entry.received, now),
        reason=short(entry.reason, _MAX_REASON_LENGTH),
        remedy=remedy(entry.reason),
    )
