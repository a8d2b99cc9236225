"""POST /api/import: many reports of the past come in at once."""

import logging
from collections import Counter
from collections.abc import Sequence

import falcon
import msgspec
from msgspec import Struct

from api import bodies
from api.answers import changed
from api.errors import ApiError, invalid
from exporter.limits import Limits
from exporter.logs import event
from exporter.past import PastReport, StoredArchive, Taken
from exporter.reports import Problem
from exporter.reports.fields import MAX_NAME
from exporter.times import Millis

MOST = 1000
"""Reports of one request: they take about a second."""

_log = logging.getLogger(__name__)


class _Entry(Struct, forbid_unknown_fields=True):
    body: str
    received: str | None = None
    server: str | None = None
    backup: str | None = None


class _Asked(Struct, rename="camel", forbid_unknown_fields=True):
    reports: list[_Entry]
    dry_run: bool = False


_decoder = msgspec.json.Decoder(_Asked)


class Import:
    """Takes reports as they would have been posted, and tells what became of each."""

    def __init__(self, archive: StoredArchive, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Record reports, or with `dryRun` tell what would become of them."""
        asked = self._read(req)
        reports = [_past(number, entry) for number, entry in enumerate(asked.reports)]
        take = self._archive.try_out if asked.dry_run else self._archive.take
        taken = take(reports)
        if not asked.dry_run:
            _tell(taken)
        changed(resp, {"results": [_represented(each) for each in taken]})

    def _read(self, req: falcon.Request) -> _Asked:
        most = self._limits.max_upload_bytes
        body = req.bounded_stream.read(most + 1)
        if len(body) > most:
            message = f"The reports are larger than max_upload_bytes, {most}: send fewer at once"
            raise ApiError(413, message)
        try:
            asked = _decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            message = 'The body is no {"reports": [{"body": "…"}]}'
            raise invalid(message, Problem("body", str(error))) from None
        if not 0 < len(asked.reports) <= MOST:
            raise invalid(f"Send 1 to {MOST} reports", Problem("reports", f"must be 1 to {MOST}"))
        return asked


def _past(number: int, entry: _Entry) -> PastReport:
    for name, text in (("server", entry.server), ("backup", entry.backup)):
        if text is not None and not 0 < len(text) <= MAX_NAME:
            raise _wrong(number, name, f"must be a text of 1 to {MAX_NAME} characters")
    received = _moment(number, entry.received)
    return PastReport(entry.body, received, entry.server, backup=entry.backup)


def _moment(number: int, text: str | None) -> Millis | None:
    if text is None:
        return None
    try:
        return bodies.moment(text)
    except ValueError as error:
        raise _wrong(number, "received", str(error)) from None


def _wrong(number: int, name: str, message: str) -> ApiError:
    return invalid("Some fields are wrong", Problem(f"reports[{number}].{name}", message))


def _represented(taken: Taken) -> dict[str, object]:
    return {
        "outcome": taken.outcome.value,
        "backupId": taken.run_id,
        "serverId": taken.server_id,
        "jobId": taken.job_id,
        "isBackup": taken.is_backup,
        "reason": taken.reason,
        "notes": taken.notes,
    }


def _tell(taken: Sequence[Taken]) -> None:
    counts = Counter(each.outcome.value.replace(" ", "_") for each in taken)
    _log.info("reports of the past taken in", extra=event(**counts))
