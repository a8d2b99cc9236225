"""The log on stderr: one line an event, as text or JSON.

An event is a message and fields: ``log.info("report recorded", extra=log_fields(server="nas"))``.
"""

import json
import logging
import sys
import threading
from collections import deque
from contextlib import nullcontext
from typing import Literal, TextIO

from exporter.times import format_timestamp

_MAX_WAITING = 10_000
"""Lines that wait while the log is not read: some megabytes. Beyond that the oldest are dropped."""

LogFormat = Literal["human", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]


def log_fields(**fields: object) -> dict[str, object]:
    """Return the fields of an event, for logging's argument `extra`."""
    return {"fields": fields}


def set_up(log_format: LogFormat, level: LogLevel) -> None:
    """Write events of this level and above to stderr."""
    handler = BatchingStreamHandler(sys.stderr)
    # No formatter here shows these, so they need not be looked up for each event.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - the documented way not to look for the caller
    logging.basicConfig(handlers=[handler], force=True)
    adjust(log_format, level)
    for name in ("waitress.queue", "urllib3"):
        logging.getLogger(name).setLevel(logging.ERROR)


def adjust(log_format: LogFormat, level: LogLevel) -> None:
    """Write later events in this format, and those of this level and above."""
    root = logging.getLogger()
    root.setLevel(level.upper())
    for handler in root.handlers:
        handler.setFormatter(JsonFormatter() if log_format == "json" else HumanFormatter())


class _NoLock(nullcontext[None]):
    """Never blocks. Since Python 3.13 logging enters its lock, which must not be None."""

    def acquire(self) -> None:
        """Do nothing."""

    def release(self) -> None:
        """Do nothing, too."""


class BatchingStreamHandler(logging.StreamHandler[TextIO]):
    """Writes at once, and in one write what several threads log meanwhile.

    With logging's own lock sixteen threads wait for each other's writes: under load that cost a
    tenth of the uploads.

    A line from 32 threads takes half of the processor time that it takes with the standard
    `QueueHandler` and `QueueListener`, and 0.8 with a report read before each line: a queue with a
    limit has locks of its own, and its thread is woken again and again
    (`python -m tests.tools.bench.log_handlers`). With them the daemon took a tenth fewer uploads.
    They are also less safe at the end: what waits is lost when the process is killed, what is
    logged after `stop` too, and `stop` raises an error where the queue is full. Here a line that
    is logged is written, except while nobody reads the log.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: deque[str] = deque(maxlen=_MAX_WAITING)
        self._writing = threading.Lock()

    def createLock(self) -> None:  # noqa: N802 - logging's name
        """Use no lock: a deque needs none."""
        self.lock = _NoLock()  # type: ignore[assignment]  # it has all that logging uses of one

    def emit(self, record: logging.LogRecord) -> None:
        """Write an event, or leave it to the thread that is writing already."""
        try:
            self._lines.append(f"{self.format(record)}\n")
            while self._lines and self._writing.acquire(blocking=False):
                try:
                    self._write()
                finally:
                    self._writing.release()
        except Exception:  # noqa: BLE001 - a failing log must not fail its caller
            self.handleError(record)

    def _write(self) -> None:
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        self.stream.write("".join(lines))
        self.flush()


class HumanFormatter(logging.Formatter):
    """``2026-01-31T02:00:00.000Z info report recorded server="nas" status=success``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return an event as a line; only a traceback, which is a bug, takes more."""
        timestamp = format_timestamp(int(record.created * 1000))
        line = f"{timestamp} {record.levelname.lower()} {printable(record.getMessage())}"
        for name, value in _fields(record).items():
            line += f" {name}={_value(value)}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One JSON object an event: time, level, logger, event, its fields, and a traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return an event as JSON."""
        entry: dict[str, object] = {
            "time": format_timestamp(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields = getattr(record, "fields", {})
    return {name: value for name, value in fields.items() if value is not None}


def printable(text: str) -> str:
    """Return a text with line breaks and control characters escaped."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _value(value: object) -> str:
    """Quote texts: a name may contain spaces, or a line break that would forge an event."""
    if type(value) is int:
        return str(value)
    if isinstance(value, str) and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return printable(json.dumps(value, ensure_ascii=False, default=str))
