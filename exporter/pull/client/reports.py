"""Conversion of a row of a backup's log into the report that send-http would have posted.

So the same run, posted and pulled, is one run. What a row does not contain (all lines of the log,
the next planned run) is missing in the report.
"""

from typing import Any, NamedTuple

import msgspec

from exporter.ingest.importer import HistoricalReport
from exporter.model import LOGGED
from exporter.pull.client.log import RESULT, Row
from exporter.pull.client.metadata import timestamp
from exporter.pull.client.server import Backup, SystemInfo
from exporter.reports.lines import LISTS
from exporter.times import SECOND, Millis

ADDRESS = "collected"
"""Stored in databases for servers without a name: so this word must not change."""


class Ran(NamedTuple):
    """What a row tells of a run: its operation, its begin, and when the row was written.

    None is not known: of a row that cannot be read, it may be any operation.
    """

    operation: str | None
    began: Millis | None
    at: Millis | None


class UnreadableRowError(ValueError):
    """A result cannot be read; the text says which and why."""


def ran(row: Row) -> Ran | None:
    """Return what a row tells of a run, None if the row is not the result of an operation."""
    if row.type != RESULT:
        return None
    at = None if row.at is None else row.at * SECOND
    try:
        results = _results(row)
    except UnreadableRowError:
        return Ran(None, None, at)
    operation = results.get("MainOperation")
    return Ran(
        operation if isinstance(operation, str) else None, timestamp(results.get("BeginTime")), at
    )


def past_report(
    row: Row, backup: Backup, info: SystemInfo, skew: Millis = 0
) -> HistoricalReport | None:
    """Return the report of a row, None if the row is not the result of an operation.

    Args:
        row: of the backup's log.
        backup: as the server listed it.
        info: the server's machine.
        skew: how far the server's clock is ahead of this one.

    Raises:
        UnreadableRowError: the row is a result that cannot be read.
    """
    if row.type != RESULT:
        return None
    results = _results(row)
    if row.at is None and not results.get("BeginTime"):
        # Counted from now it would be another run with each pull, and look as if it just ran.
        raise _unreadable(row, "has no time, and the row has none either")
    # A posted report has them in LogLines instead.
    lines = [line for key in LISTS for line in _lines(results.pop(key, None))]
    body = {
        "Data": results,
        "Extra": extra(results.get("MainOperation"), backup, info),
        "LogLines": lines,
        "Exception": row.exception,
    }
    return HistoricalReport(
        body=msgspec.json.encode(body),
        received=None if row.at is None else row.at * SECOND - skew,
        address=ADDRESS,
        source=LOGGED,
    )


def _results(row: Row) -> dict[str, Any]:
    if row.message is None and row.exception is not None:
        return {}
    try:
        results = msgspec.json.decode(row.message or "")
    except RecursionError:
        raise _unreadable(row, "is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeError):
        raise _unreadable(row, "is not JSON" if row.message else "is empty") from None
    if not isinstance(results, dict):
        raise _unreadable(row, "is not an object of results")
    return results


def _unreadable(row: Row, reason: str) -> UnreadableRowError:
    return UnreadableRowError(f"the message of row {row.id} {reason}")


def _lines(value: object) -> list[str]:
    return [line for line in value if isinstance(line, str)] if isinstance(value, list) else []


def extra(operation: object, backup: Backup, info: SystemInfo) -> dict[str, Any]:
    """Return what a report says of its sender."""
    return {
        "OperationName": operation,
        "backup-name": backup.name,
        "backup-id": f"DB-{backup.id}",
        "machine-id": info.machine_id,
        "machine-name": info.machine_name,
        "operating-system": info.os,
        "destination-type": backup.destination_type,
    }
