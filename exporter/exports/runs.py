"""Export of the runs: JSON Lines with everything, or a flat table as CSV."""

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

import msgspec

from exporter.model import Counts, Log, Run, Status, StoredRun, run_json
from exporter.model.run_json import Json
from exporter.store import RecordedRun

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet may take a cell that starts with one of these for a formula:
https://owasp.org/www-community/attacks/CSV_Injection."""

_NOTHING = Run("", Status.UNKNOWN, None, None, None, Counts())


def fields(recorded: RecordedRun) -> Json:
    """Return a run as the API's listing shows it, with the fields that the listing omits."""
    run, counts = recorded.stored.run, recorded.stored.run.counts
    verified = run.verification
    return {
        **run_json.run(recorded.backup, recorded.server_id, recorded.job_id, recorded.stored),
        "server": recorded.server,
        "addedFiles": counts.added_files,
        "modifiedFiles": counts.modified_files,
        "deletedFiles": counts.deleted_files,
        "errorFiles": counts.error_files,
        "downloaded": counts.downloaded_bytes,
        "quotaFree": counts.quota_free_bytes,
        "quotaTotal": counts.quota_total_bytes,
        "backupId": run.backup_id,
        "destinationType": run.destination_type,
        "nextScheduled": run_json.timestamp(run.next_scheduled),
        "verified": run_json.timestamp(None if verified is None else verified.at),
        "verificationStatus": None if verified is None else verified.status.value,
        "secondCopiesOutcome": None if run.copying is None else run.copying.outcome.value,
    }


def write_jsonl(runs: Iterable[RecordedRun], target: BinaryIO, *, messages: bool) -> None:
    """Write an object a line, with every number of each report, and log lines if requested."""
    encode = msgspec.json.Encoder().encode
    for run in runs:
        log = run_json.messages(run.log) if messages else {}
        besides = run_json.besides(run.stored)
        target.write(encode({**fields(run), **besides, "counted": run.counted, **log}) + b"\n")


def write_csv(runs: Iterable[RecordedRun], target: BinaryIO) -> None:
    """Write a table in CSV (RFC 4180), with a header, in UTF-8.

    A missing value is an empty cell. Text that a spreadsheet might take for a formula gets an
    apostrophe before it, which marks it as text.
    """
    row = io.StringIO(newline="")
    writer = csv.writer(row)
    writer.writerow(fields(RecordedRun("", 0, "", 0, StoredRun(0, 0, 0, _NOTHING), {}, Log())))
    for run in runs:
        writer.writerow(map(_cell, fields(run).values()))
        target.write(_taken(row))
    target.write(_taken(row))


def _taken(row: io.StringIO) -> bytes:
    written = row.getvalue().encode()
    row.seek(0)
    row.truncate()
    return written


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
