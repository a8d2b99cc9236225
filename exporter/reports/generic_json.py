"""The documented shape, ``{"server": {…}, "backup": {…}}``, for senders other than Duplicati.

Its author can read an answer and correct a field, so here a wrong value is an error with its name.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from exporter.model import BACKUP, Counts, Log, Machine, Message, Report, Run, Status, short_name
from exporter.reports import fields, lines
from exporter.reports.errors import Problem, ReportError
from exporter.reports.oddities import Oddities
from exporter.times import MAX_TIMESTAMP, MIN_TIMESTAMP, SECOND, Millis, parse_timestamp

_STATUSES = {
    "success": Status.SUCCESS,
    "warning": Status.WARNING,
    "interrupted": Status.INTERRUPTED,
    "stopped": Status.INTERRUPTED,
    "cancelled": Status.INTERRUPTED,
    "canceled": Status.INTERRUPTED,
    "partial": Status.INTERRUPTED,
    "error": Status.ERROR,
    "failed": Status.ERROR,
    "failure": Status.ERROR,
    "fatal": Status.FATAL,
}
_COUNTS = {"files": "examined_files", "size": "examined_bytes", "storageUsed": "stored_bytes"}
_MAX_SECONDS = MAX_TIMESTAMP // SECOND

Value = TypeVar("Value")


def read(body: Mapping[str, Any], odd: Oddities | None = None) -> Report:
    """Turn a decoded body into the model's report.

    Args:
        body: the decoded body.
        odd: what could not be read of it so far; here it is an error.

    Raises:
        ReportError: with every field that is missing or wrong.
    """
    form = _Form(body, odd)
    server = form.require("server.name", _name)
    backup = form.require("backup.name", _name)
    run = _run(form)
    report = Report(
        machine=Machine(name=server, version=form.optional("server.version", _name)),
        backup=backup or "",
        run=run,
        log=form.optional("backup.messages", _log) or Log(),
        counted={},
    )
    form.raise_problems()
    return report


class _Form:
    """Reads fields by their dotted path and collects what is wrong with them."""

    def __init__(self, body: Mapping[str, Any], odd: Oddities | None) -> None:
        self._body = body
        notes = () if odd is None else odd.notes()
        self._problems = [Problem(*note.split(": ", 1)) for note in notes]

    def require(self, path: str, convert: Callable[[Any], Value]) -> Value | None:
        value = self.optional(path, convert)
        if self._raw(path) is None:
            self._problems.append(Problem(path, "is required"))
        return value

    def optional(self, path: str, convert: Callable[[Any], Value]) -> Value | None:
        raw = self._raw(path)
        if raw is None:
            return None
        try:
            return convert(raw)
        except ValueError as error:
            self.reject(path, str(error))
            return None

    def reject(self, path: str, message: str) -> None:
        self._problems.append(Problem(path, message))

    def raise_problems(self) -> None:
        if self._problems:
            raise ReportError(*self._problems)

    def _raw(self, path: str) -> Any:  # noqa: ANN401 - JSON may hold anything
        outer, inner = path.split(".")
        return fields.mapping(self._body, outer).get(inner)


def _run(form: _Form) -> Run:
    status = form.require("backup.status", _status)
    began = form.require("backup.startTime", _timestamp)
    ended, duration = _end(form, began)
    counts = {name: form.optional(f"backup.{key}", _count) for key, name in _COUNTS.items()}
    return Run(
        operation=BACKUP,
        status=status or Status.UNKNOWN,
        began=began,
        ended=ended,
        duration=duration,
        counts=Counts(**counts),
    )


def _end(form: _Form, began: Millis | None) -> tuple[Millis | None, Millis | None]:
    """Return end and duration; a missing one follows from the other."""
    ended = form.optional("backup.endTime", _timestamp)
    duration = form.optional("backup.duration", _seconds)
    if began is None:
        return ended, duration
    if ended is not None and ended < began:
        form.reject("backup.endTime", "is before startTime")
    if ended is None and duration is not None:
        ended = began + duration
        if ended > MAX_TIMESTAMP:
            form.reject("backup.duration", "ends after the year 9999")
    elif ended is not None and duration is None:
        duration = ended - began
    return ended, duration


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text that is not empty")
    return short_name(value)


def _status(value: object) -> Status:
    status = _STATUSES.get(value.lower()) if isinstance(value, str) else None
    if status is None:
        message = f"must be one of {', '.join(_STATUSES)}"
        raise ValueError(message)
    return status


def _timestamp(value: object) -> Millis:
    try:
        timestamp = parse_timestamp(_name(value))
    except ValueError:
        raise ValueError("must be an ISO 8601 time, as 2024-01-15T02:00:00.000Z") from None
    if not MIN_TIMESTAMP < timestamp <= MAX_TIMESTAMP:
        raise ValueError("must be between the years 1970 and 9999")
    return timestamp


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("must be a whole number, 0 or more")
    if value not in fields.INTEGERS:
        raise ValueError("does not fit into 64 bits")
    return value


def _seconds(value: object) -> Millis:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number of seconds")
    if not 0 <= value <= _MAX_SECONDS:
        raise ValueError("must be a number of seconds, 0 or more")
    return round(value * SECOND)


def _log(value: object) -> Log:
    if not isinstance(value, list):
        raise ValueError('must be a list of {"level": …, "message": …}')
    return lines.log(_messages(value))


def _messages(entries: list[Any]) -> Iterator[Message]:
    for entry in entries:
        text = entry.get("message") if isinstance(entry, dict) else None
        level = entry.get("level", "info") if isinstance(entry, dict) else None
        if not isinstance(text, str) or not isinstance(level, str):
            raise ValueError('must be a list of {"level": …, "message": …}')
        yield Message(level.lower(), text)
