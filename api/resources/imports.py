"""POST /api/import: imports many historical reports at once."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import falcon
import msgspec
from msgspec import Raw, Struct

from api import request_body
from api.errors import ApiError, invalid
from api.responses import ok_no_store
from exporter.ingest.importer import HistoricalReport, ImportResult, StoreImporter
from exporter.limits import Limits
from exporter.logs import log_fields
from exporter.reports import Problem
from exporter.reports.large.elements import elements
from exporter.reports.recoding import text_of_json
from exporter.times import Millis

MAX_REPORTS = 1000
"""Reports of one request: they take about a second."""

_log = logging.getLogger(__name__)


class _Entry(Struct, forbid_unknown_fields=True):
    body: Raw
    received: str | None = None
    server: str | None = None
    backup: str | None = None
    source: Literal["pulled", "log"] | None = None


class _Asked(Struct, rename="camel", forbid_unknown_fields=True):
    """The body; the reports are decoded one by one, for the list may have any length."""

    reports: Raw
    dry_run: bool = False


_decoder = msgspec.json.Decoder(_Asked)
_entry_decoder = msgspec.json.Decoder(_Entry)


class Import:
    """Imports reports as they would have been posted, and answers with the outcome of each."""

    def __init__(self, importer: StoreImporter, limits: Limits) -> None:
        self._importer = importer
        self._limits = limits

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Record reports, or with `dryRun` answer with what the outcomes would be."""
        reports, is_dry_run = self._read(req)
        taken = (self._importer.dry_run if is_dry_run else self._importer.import_reports)(reports)
        if not is_dry_run:
            _log_imported(taken)
        ok_no_store(resp, {"results": [_represented(each) for each in taken]})

    def _read(self, req: falcon.Request) -> tuple[list[HistoricalReport], bool]:
        most = self._limits.max_upload_bytes
        body = req.bounded_stream.read(most + 1)
        if len(body) > most:
            message = f"The reports are larger than max_upload_bytes, {most}: send fewer at once"
            raise ApiError(413, message)
        try:
            asked = _decoder.decode(body)
            reports = list(_reports(memoryview(asked.reports)))
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            message = 'The body must be {"reports": [{"body": "…"}]}'
            raise invalid(message, Problem("body", str(error))) from None
        if not reports:
            raise _wrong_count()
        return reports, asked.dry_run


def _reports(raw: memoryview) -> Iterator[HistoricalReport]:
    if bytes(raw[:1]) != b"[":
        raise msgspec.ValidationError("reports must be a list")
    for number, element in enumerate(elements(raw)):
        if number == MAX_REPORTS:
            raise _wrong_count()
        yield _past(number, _entry_decoder.decode(element))


def _wrong_count() -> ApiError:
    return invalid(
        f"Send 1 to {MAX_REPORTS} reports", Problem("reports", f"must be 1 to {MAX_REPORTS}")
    )


def _past(number: int, entry: _Entry) -> HistoricalReport:
    for name, text in (("server", entry.server), ("backup", entry.backup)):
        if text == "":
            raise _wrong(number, name, "must not be empty")
    raw = bytes(entry.body)
    if not raw.startswith(b'"'):
        raise msgspec.ValidationError(f"reports[{number}].body must be a text")
    received = _timestamp(number, entry.received)
    return HistoricalReport(
        text_of_json(raw),
        received,
        entry.server,
        backup=entry.backup,
        source=entry.source,
    )


def _timestamp(number: int, text: str | None) -> Millis | None:
    if text is None:
        return None
    try:
        return request_body.timestamp(text)
    except ValueError as error:
        raise _wrong(number, "received", str(error)) from None


def _wrong(number: int, name: str, message: str) -> ApiError:
    return invalid("Some fields are wrong", Problem(f"reports[{number}].{name}", message))


def _represented(result: ImportResult) -> dict[str, object]:
    return {
        "outcome": result.outcome.value,
        "backupId": result.run_id,
        "serverId": result.server_id,
        "jobId": result.job_id,
        "isBackup": result.is_backup,
        "reason": result.reason,
        "notes": result.notes,
    }


def _log_imported(taken: Sequence[ImportResult]) -> None:
    counts = Counter(each.outcome.value.replace(" ", "_") for each in taken)
    _log.info("reports imported", extra=log_fields(**counts))
