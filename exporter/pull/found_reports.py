"""Conversion of found runs into reports, as the runs would have been posted."""

from collections.abc import Iterable

import msgspec

from exporter.ingest.importer import HistoricalReport
from exporter.model import PULLED, Status
from exporter.pull.client.notices import Notice
from exporter.pull.client.reports import ADDRESS, extra
from exporter.pull.client.server import Backup, SystemInfo
from exporter.pull.found_runs import SAME_DEATH, FoundRun
from exporter.times import SECOND, Millis, format_timestamp

_NO_MESSAGE = "died before it began, and Duplicati kept no message"
_DIED = "[Error-Controller-FailedOperation]: "
_STOPPED = "[Information-Controller-AbortOperation]: "
"""The tags of the lines by which Duplicati itself reports such an end."""


def found_report(
    found: FoundRun, backup: Backup, info: SystemInfo, skew: Millis, exception: str | None = None
) -> HistoricalReport:
    """Return the report of a found run.

    Args:
        found: the run.
        backup: as the server listed it.
        info: the server's machine.
        skew: how far the server's clock is ahead of this one.
        exception: the text of the exception of which it died, where it is still known.
    """
    body = {
        "Data": _data(found, backup),
        "Extra": extra(found.operation, backup, info),
        "LogLines": _lines(found, exception),
    }
    received = found.ended - skew
    return HistoricalReport(msgspec.json.encode(body), received, address=ADDRESS, source=PULLED)


def exception_of(found: FoundRun, backup: Backup, notices: Iterable[Notice]) -> str | None:
    """Return the text of the exception of which a run died; None if it is no longer shown."""
    texts = (
        each.text
        for each in notices
        if each.backup_id == backup.id and abs(each.at - found.ended) <= SAME_DEATH
    )
    return next(texts, None)


def _data(found: FoundRun, backup: Backup) -> dict[str, object]:
    data: dict[str, object] = {
        "MainOperation": found.operation,
        "ParsedResult": "Fatal" if found.status is Status.FATAL else "Success",
        "Interrupted": found.status is Status.INTERRUPTED,
        "BeginTime": format_timestamp(found.began),
        "EndTime": format_timestamp(found.ended),
    }
    if found.duration is not None:
        data["Duration"] = _timespan(found.duration)
    if found.status is Status.SUCCESS:
        remembered = backup.remembered
        data |= {"SourceFiles": remembered.files, "SizeOfSourceFiles": remembered.bytes}
    return data


def _lines(found: FoundRun, exception: str | None) -> list[str]:
    """Return the log of a run: its last error is its reason."""
    if found.status is Status.INTERRUPTED:
        return [f"{_STOPPED}{found.reason}"]
    if found.status is not Status.FATAL:
        return []
    reason = found.reason or exception or _NO_MESSAGE
    more = () if exception is None or exception == reason else (f"{_DIED}{exception}",)
    return [*more, f"{_DIED}{reason}"]


def _timespan(length: Millis) -> str:
    """Return a duration as Duplicati writes it, `[d.]hh:mm:ss.fff`."""
    seconds, millis = divmod(length, SECOND)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"{days}.{hour:02}:{minute:02}:{second:02}.{millis:03}"
