"""A run as the application stores it becomes the report that Duplicati posted of it.

So it takes the way of every report, and one that was posted here too is known. The application
keeps a begin to milliseconds, which is as fine as it is kept here.
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
"""What is stored twice; where the later column came with an update, it is 0 in older rows."""

_BACKEND = {"uploaded_size": "BytesUploaded", "bytes_downloaded": "BytesDownloaded"}
_BACKEND_TOLD = {"known_file_size": "KnownFileSize", "backup_list_count": "BackupListCount"}
"""The application writes 0 for what a report does not tell, and here 0 can be nothing else: what
a backup made lies at its destination."""

_FLAGS = {"partial_backup": "PartialBackup", "dryrun": "Dryrun", "interrupted": "Interrupted"}
_LINES = ("errors_array", "warnings_array", "messages_array")
_TIMES = ("begin_time", "date", "end_time", "duration_seconds")
_NAMES = ("id", "server_id", "machine_id", "backup_name", "backup_id", "main_operation", "version")
_STATUSES = ("parsed_result", "status")
_KNOWN_STATUSES = ("Success", "Warning", "Error", "Fatal", "Unknown")

COLUMNS = (
    *(*_NAMES, *_TIMES, *_STATUSES, *_FLAGS, *_LINES),
    *(*_NUMBERS, *_BACKEND, *_BACKEND_TOLD),
    *(column for columns in _TWICE.values() for column in columns),
)
"""What is read of the table backups, where it is there."""

_FIRST_BEGIN: Millis = parse_timestamp("2008-01-01")
"""Before Duplicati's first release nothing ran: 1970 is what JavaScript makes of no time."""

_MAX_COUNT = 2**62
_MAX_SHOWN = 40

_arrays = msgspec.json.Decoder(list[object])


class RunError(ValueError):
    """A row cannot be a run; the text says why."""


class Run(Struct, frozen=True):
    """A run: whose it is, and its report. `doubts` name the values that cannot be right."""

    server_id: str
    backup: str
    report: HistoricalReport
    doubts: tuple[str, ...] = ()


def read_run(row: Mapping[str, object], server_name: str | None, now: Millis) -> Run:
    """Turn a row into a run. A value that cannot be right counts as not told.

    Raises:
        RunError: it does not tell whose run it was, when it began or how it ended. One that lies
            ahead of now is refused as well: it would look like a run that just came.
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
    """The values of a row by their columns. `doubts` are those that cannot be right."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self._row = row
        self.doubts: list[str] = []

    def required(self, column: str) -> str:
        found = self.text(column)
        if found is None:
            message = f"{column} is missing"
            raise RunError(message)
        return found

    def told(self, column: str) -> bool:
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
        """Return a moment; one before Duplicati was there stands for none."""
        value = self.text(column)
        if value is None:
            return None
        try:
            found = parse_timestamp(value)
        except (ValueError, OverflowError):
            self.doubt(column)
            return None
        return found if found >= _FIRST_BEGIN else None

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
    told = [values.text(column) for column in _STATUSES]
    for status in told:
        if status is not None and status.capitalize() in _KNOWN_STATUSES:
            return status.capitalize()
    message = f"status {_shown(next(filter(None, told), None))} is unknown"
    raise RunError(message)


def _times(values: _Values, now: Millis) -> Mapping[str, str]:
    begin = values.timestamp("begin_time") or values.timestamp("date")
    if begin is None:
        raise RunError("it has no start: neither begin_time nor date")
    if begin > now + CLOCK_TOLERANCE:
        message = f"it starts at {format_timestamp(begin)}, which is in the future"
        raise RunError(message)
    end = _end(values, begin, now)
    if end is None:
        return {"BeginTime": format_timestamp(begin)}
    return {
        "BeginTime": format_timestamp(begin),
        "EndTime": format_timestamp(end),
        "Duration": _timespan(end - begin),
    }


def _end(values: _Values, begin: Millis, now: Millis) -> Millis | None:
    """Return the end; a run that died has one of year 1.

    One that is yet to come is none: the backup's next runs would be waited for as long.
    """
    column = "end_time" if values.told("end_time") else "duration_seconds"
    end = values.timestamp(column) if column == "end_time" else _end_of_length(values, begin)
    if end is None or end < begin:
        return None
    if end > now + CLOCK_TOLERANCE:
        values.doubt(column)
        return None
    return end


def _end_of_length(values: _Values, begin: Millis) -> Millis | None:
    """Return when a run ended that tells only its length: from a day on that is a wrong one."""
    length = values.number("duration_seconds")
    return None if length is None else begin + length * SECOND


def _timespan(length: Millis) -> str:
    """Write a length of time as .NET does."""
    seconds, millis = divmod(length, SECOND)
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
    told = {field: values.number(column) or None for column, field in _BACKEND_TOLD.items()}
    return {**plain, **told}


def _backup_id(values: _Values) -> str | None:
    """Return the id as reports write it; of fetched logs the application keeps the bare number."""
    told = values.text("backup_id")
    return f"DB-{told}" if told and told.isdigit() else told


def _log_lines(values: _Values) -> list[str]:
    """Return each line once: those of a posted report are all among the messages."""
    return list(dict.fromkeys(line for column in _LINES for line in values.lines(column)))
