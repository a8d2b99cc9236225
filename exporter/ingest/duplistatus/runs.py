"""Conversion of a run that the application stored into the report that Duplicati posted of it.

So it is handled as every report, and one that was posted here too is a duplicate. The application
stores a start in milliseconds, the same precision as here.
"""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from exporter.ingest.importer import HistoricalReport
from exporter.model import BACKUP, CLOCK_TOLERANCE
from exporter.times import SECOND, Millis, format_timestamp, parse_timestamp

_NUMBERS = {
    "examined_files": "ExaminedFiles",
    "opened_files": "OpenedFiles",
    "added_files": "AddedFiles",
    "modified_files": "ModifiedFiles",
    "deleted_files": "DeletedFiles",
    "not_processed_files": "NotProcessedFiles",
    "too_large_files": "TooLargeFiles",
    "files_with_error": "FilesWithError",
    "size_of_opened_files": "SizeOfOpenedFiles",
    "size_of_added_files": "SizeOfAddedFiles",
    "size_of_modified_files": "SizeOfModifiedFiles",
    "added_folders": "AddedFolders",
    "modified_folders": "ModifiedFolders",
    "deleted_folders": "DeletedFolders",
    "added_symlinks": "AddedSymlinks",
    "modified_symlinks": "ModifiedSymlinks",
    "deleted_symlinks": "DeletedSymlinks",
    "messages_actual_length": "MessagesActualLength",
}
_TWICE = {
    "SizeOfExaminedFiles": ("size_of_examined_files", "size"),
    "WarningsActualLength": ("warnings_actual_length", "warnings"),
    "ErrorsActualLength": ("errors_actual_length", "errors"),
}
"""Values that are stored twice; if an update added the later column, it is 0 in older rows."""

_BACKEND = {"uploaded_size": "BytesUploaded", "bytes_downloaded": "BytesDownloaded"}
_BACKEND_REPORTED = {"known_file_size": "KnownFileSize", "backup_list_count": "BackupListCount"}
"""The application writes 0 for a value that was not reported, and 0 cannot be reported here: a
backup leaves something at its destination."""

_FLAGS = {"partial_backup": "PartialBackup", "dryrun": "Dryrun", "interrupted": "Interrupted"}
_LINES = ("errors_array", "warnings_array", "messages_array")
_TIMES = ("begin_time", "date", "end_time", "duration_seconds")
_NAMES = ("id", "server_id", "machine_id", "backup_name", "backup_id", "main_operation", "version")
_STATUSES = ("parsed_result", "status")
_KNOWN_STATUSES = ("Success", "Warning", "Error", "Fatal", "Unknown")

COLUMNS = (
    *(*_NAMES, *_TIMES, *_STATUSES, *_FLAGS, *_LINES),
    *(*_NUMBERS, *_BACKEND, *_BACKEND_REPORTED),
    *(column for columns in _TWICE.values() for column in columns),
)
"""The columns that are read from the table backups, if they exist."""

_MIN_START: Millis = parse_timestamp("2008-01-01")
"""Before Duplicati's first release nothing ran: JavaScript writes 1970 for a missing time."""

_MAX_COUNT = 2**62
_MAX_SHOWN = 40

_arrays = msgspec.json.Decoder(list[object])


class RunError(ValueError):
    """A row cannot be a run; the text says why."""


class Run(Struct, frozen=True):
    """A run: its server and backup, and its report. `doubts` name the invalid values."""

    server_id: str
    backup: str
    report: HistoricalReport
    doubts: tuple[str, ...] = ()


def read_run(row: Mapping[str, object], server_name: str | None, now: Millis) -> Run:
    """Convert a row into a run. An invalid value counts as missing.

    Raises:
        RunError: its server, backup, start or status is missing. One that starts in the future is
            refused as well: it would look like a run that has just ended.
    """
    values = _Values(row)
    server_id, backup = values.required("server_id"), values.required("backup_name")
    operation = values.text("main_operation") or BACKUP
    data = {
        "MainOperation": operation,
        "ParsedResult": _status(values),
        "Version": values.text("version"),
        **_times(values, now),
        **_counted(values),
        "BackendStatistics": _backend(values),
    }
    machine = {"machine-id": server_id, "machine-name": server_name}
    names = {"backup-name": backup, "backup-id": _backup_id(values), **machine}
    extra = {"OperationName": operation, **names}
    body = {"Data": data, "Extra": extra, "LogLines": _log_lines(values)}
    report = HistoricalReport(msgspec.json.encode(body))
    return Run(server_id, backup, report, tuple(values.doubts))


class _Values:
    """The values of a row by their columns. `doubts` are the invalid ones."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self._row = row
        self.doubts: list[str] = []

    def required(self, column: str) -> str:
        found = self.text(column)
        if found is None:
            message = f"{column} is missing"
            raise RunError(message)
        return found

    def has(self, column: str) -> bool:
        return self._row.get(column) is not None

    def text(self, column: str) -> str | None:
        value = self._row.get(column)
        if value is None or isinstance(value, str):
            return value if value and value.strip() else None
        self.doubt(column)
        return None

    def number(self, column: str) -> int | None:
        value = self._row.get(column)
        if value is None:
            return None
        if isinstance(value, (int, float)) and 0 <= value < _MAX_COUNT:
            return int(value)
        self.doubt(column)
        return None

    def flag(self, column: str) -> bool:
        return self._row.get(column) == 1

    def timestamp(self, column: str) -> Millis | None:
        """Return a timestamp; one before Duplicati's first release means none."""
        value = self.text(column)
        if value is None:
            return None
        try:
            found = parse_timestamp(value)
        except (ValueError, OverflowError):
            self.doubt(column)
            return None
        return found if found >= _MIN_START else None

    def lines(self, column: str) -> Iterator[str]:
        value = self.text(column)
        if value is None:
            return
        try:
            found = _arrays.decode(value)
        except (msgspec.MsgspecError, RecursionError):
            self.doubt(column)
            return
        yield from (line for line in found if isinstance(line, str))

    def doubt(self, column: str) -> None:
        value = self._row.get(column)
        shown = f"{len(value)} bytes" if isinstance(value, bytes) else _shown(value)
        self.doubts.append(f"{column} is {shown}")


def _shown(value: object) -> str:
    return repr(value[:_MAX_SHOWN] if isinstance(value, str) else value)


def _status(values: _Values) -> str:
    reported = [values.text(column) for column in _STATUSES]
    for status in reported:
        if status is not None and status.capitalize() in _KNOWN_STATUSES:
            return status.capitalize()
    message = f"status {_shown(next(filter(None, reported), None))} is unknown"
    raise RunError(message)


def _times(values: _Values, now: Millis) -> Mapping[str, str]:
    start = values.timestamp("begin_time") or values.timestamp("date")
    if start is None:
        raise RunError("it has no start: neither begin_time nor date")
    if start > now + CLOCK_TOLERANCE:
        message = f"it starts at {format_timestamp(start)}, which is in the future"
        raise RunError(message)
    end = _end(values, start, now)
    if end is None:
        return {"BeginTime": format_timestamp(start)}
    return {
        "BeginTime": format_timestamp(start),
        "EndTime": format_timestamp(end),
        "Duration": _timespan(end - start),
    }


def _end(values: _Values, start: Millis, now: Millis) -> Millis | None:
    """Return the end; a run that died has one of year 1.

    One in the future is ignored: otherwise the backup's next runs would be due as much later.
    """
    column = "end_time" if values.has("end_time") else "duration_seconds"
    end = values.timestamp(column) if column == "end_time" else _end_by_duration(values, start)
    if end is None or end < start:
        return None
    if end > now + CLOCK_TOLERANCE:
        values.doubt(column)
        return None
    return end


def _end_by_duration(values: _Values, start: Millis) -> Millis | None:
    """Return the end of a run that has only its duration: from a day on that is a wrong one."""
    seconds = values.number("duration_seconds")
    return None if seconds is None else start + seconds * SECOND


def _timespan(duration: Millis) -> str:
    """Format a duration as .NET does."""
    seconds, millis = divmod(duration, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days}.{hours:02}:{minutes:02}:{seconds:02}.{millis:03}"


def _counted(values: _Values) -> Mapping[str, object]:
    numbers = {field: values.number(column) for column, field in _NUMBERS.items()}
    twice = {
        field: values.number(first) or values.number(second)
        for field, (first, second) in _TWICE.items()
    }
    flags = {field: values.flag(column) for column, field in _FLAGS.items()}
    return {**numbers, **twice, **flags}


def _backend(values: _Values) -> Mapping[str, int | None]:
    plain = {field: values.number(column) for column, field in _BACKEND.items()}
    reported = {field: values.number(column) or None for column, field in _BACKEND_REPORTED.items()}
    return {**plain, **reported}


def _backup_id(values: _Values) -> str | None:
    """Return the id in the format of reports; of fetched logs the application stores a number."""
    stored = values.text("backup_id")
    return f"DB-{stored}" if stored and stored.isdigit() else stored


def _log_lines(values: _Values) -> list[str]:
    """Return each line once: all lines of a posted report are among the messages too."""
    return list(dict.fromkeys(line for column in _LINES for line in values.lines(column)))
