"""The report that is missing of a run that ended: why it may be, and what to check."""

from collections.abc import Callable

from msgspec import Struct

from exporter.fleet.views import JobView
from exporter.language import gettext as _
from exporter.language import marked
from exporter.model import BACKUP, Rejected
from exporter.model.run_json import Json, timestamp
from exporter.reports.remedies import remedy
from exporter.times import Millis

DOCUMENTATION = (
    "https://github.com/duplistatus/exporter/blob/main/docs/"
    "connect-duplicati.md#runs-without-a-report"
)

_OPERATIONS = marked(
    "Operations: --send-http-any-operation=true, without which only backups are reported."
)

CHECKS = (
    marked("Format: --send-http-result-output-format=Json; a message in another may be refused."),
    marked("Verb: --send-http-verb is not set, or is POST."),
    marked("Level: --send-http-level is not set, or is All; other values leave out some runs."),
    _OPERATIONS,
    marked(
        "Address: --send-http-url or --send-http-json-urls has this daemon's, which ends with "
        "/api/upload, and no option of the backup itself takes its place."
    ),
)
"""What to check in Duplicati, most likely first."""

RefusedFrom = Callable[[str], Rejected | None]
"""Returns the newest report that was refused from an address."""


class MissingReport(Struct, frozen=True):
    """What is known of the reports that are missing.

    `since` is the end of the first run without a report, `last_ended` that of the newest one, by
    the sender. `refused` is the newest refused report of their sender.
    """

    since: Millis
    last_ended: Millis
    refused: Rejected | None
    checks: tuple[str, ...]


def missing_report(view: JobView, refused_from: RefusedFrom, now: Millis) -> MissingReport | None:
    """Return what is known of a job's missing report; None where none is missing."""
    run = view.unreported(now)
    if run is None:
        return None
    activity = run.activity
    return MissingReport(
        since=min(each.last_reported for each in view.awaited),
        last_ended=run.last_reported,
        refused=None if activity.address is None else refused_from(activity.address),
        checks=tuple(_(check) for check in _checks(activity.operation)),
    )


def _checks(operation: str) -> tuple[str, ...]:
    return tuple(each for each in CHECKS if each != _OPERATIONS or operation != BACKUP)


def as_json(missing: MissingReport | None) -> Json | None:
    """Return it as the API answers it."""
    if missing is None:
        return None
    return {
        "since": timestamp(missing.since),
        "lastEnded": timestamp(missing.last_ended),
        "refused": None if missing.refused is None else _refused(missing.refused),
        "check": list(missing.checks),
        "documentation": DOCUMENTATION,
    }


def _refused(entry: Rejected) -> Json:
    return {
        "id": entry.id,
        "received": timestamp(entry.received),
        "reason": entry.reason,
        "remedy": remedy(entry.reason),
    }
