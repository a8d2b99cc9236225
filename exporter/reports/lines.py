"""The lines of a report's log: their levels, which are kept, and the one that is the reason.

A line reads ``TIME - [Level-Tag]: text``; the time is in the sender's local format.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from exporter.model import GRAVE_LEVELS, Log, Message, Status, gravest
from exporter.reports.oddities import Oddities

LISTS = ("Errors", "Warnings", "Messages")
"""Lists of lines in a result file and in the server's own log, the first twenty of each."""

MAX_LINES = 1000
MAX_LINE_BYTES = 8192
MAX_REASON_BYTES = 1024

_SURELY_SHORT = MAX_LINE_BYTES // 4
"""A character takes at most four bytes."""

_LEVEL = re.compile(r"\[([A-Za-z]+)-")
_LEVEL_SEARCHED = 100
"""The level follows the time of a log line; further on is the line's own text."""

_INFORMATION = "[Information-"
_INFORMATION_SEARCHED = _LEVEL_SEARCHED - len(_INFORMATION) + 1

_TAGGED = re.compile(r"(?:[^\[\n]{0,99})\[(?P<level>[A-Za-z]+)-(?P<tag>[^\]\n]{0,300})\]:? ?")
_COUNTED_OUT = re.compile(r"\.\.\. and [0-9]+ more")
STOPPED = ("BackupHandler-CancellationRequested", "Controller-AbortOperation")
"""Tags of the lines by which Duplicati reports that a run was stopped or never started."""


def message(line: str) -> Message:
    """Return a log line with its level; the time before that is in the sender's local format."""
    # Nearly every line of a log is one of these, and the pattern takes longer.
    if line.startswith(_INFORMATION, line.find("[", 0, _INFORMATION_SEARCHED)):
        return Message("information", line)
    found = _LEVEL.search(line, 0, _LEVEL_SEARCHED)
    return Message(found[1].lower() if found else "information", line)


def tag(line: str) -> str:
    """Return the tag after the level in a line's brackets, empty where there is none."""
    found = _TAGGED.match(line)
    return found["tag"] if found else ""


def text(line: str) -> str:
    """Return the text of a line after its time and brackets, or all of it."""
    found = _TAGGED.match(line)
    return (line[found.end() :].strip() if found else "") or line.strip()


def joined(lines: Iterable[str]) -> Iterator[str]:
    """Return the entries of a log in text: the lines of a stack trace belong to the one before."""
    entry: list[str] = []
    tagged, length = False, 0
    for line in lines:
        is_start = _TAGGED.match(line) is not None
        if entry and (is_start or not tagged or _COUNTED_OUT.match(line)):
            yield "\n".join(entry)
            entry, length = [], 0
        tagged = is_start or (tagged and bool(entry))
        if length <= MAX_LINE_BYTES:  # more would be cut off again
            entry.append(line[: MAX_LINE_BYTES + 1])
        length += len(line)
    if entry:
        yield "\n".join(entry)


def log(messages: Iterable[Message], oddities: Oddities | None = None) -> Log:
    """Return the most severe lines of a log, each up to a limit, and how much was left out."""
    lines = tuple(messages)
    kept = list(gravest(lines, MAX_LINES) if len(lines) > MAX_LINES else lines)
    shortened = 0
    for at, line in enumerate(kept):
        if len(line.text) + len(line.level) > _SURELY_SHORT:
            kept[at] = Message(_cut(line.level, MAX_LINE_BYTES), _cut(line.text, MAX_LINE_BYTES))
            shortened += kept[at].text is not line.text
    details = () if oddities is None else oddities.notes()
    return Log(tuple(kept), len(lines) - len(kept), shortened, details)


def reason(
    status: Status, died: str | None, messages: Sequence[Message], fault: str | None = None
) -> str | None:
    """Return the line that says why a run ended as it did, or else what its test found.

    Args:
        status: how it ended; one that succeeded needs no reason.
        died: the exception that ended it.
        messages: its log, the oldest line first.
        fault: the stored file that failed its test, and why.
    """
    found = fault if status is Status.SUCCESS else _explained(status, died, messages, fault)
    return None if found is None else _cut(found, MAX_REASON_BYTES)


def _explained(
    status: Status, died: str | None, messages: Sequence[Message], fault: str | None
) -> str | None:
    """Return why a run was no success: a file that failed its test is graver than a warning."""
    if died is not None:
        return died.strip()
    stop = _newest_stop(messages) if status is Status.INTERRUPTED else None
    error, warning = (_newest(messages, level) for level in GRAVE_LEVELS)
    line = stop or error or (warning if fault is None else None)
    return fault if line is None else text(line.text)


def _newest_stop(messages: Sequence[Message]) -> Message | None:
    stops = (line for line in reversed(messages) if tag(line.text).endswith(STOPPED))
    return next(stops, None)


def _newest(messages: Sequence[Message], level: str) -> Message | None:
    return next((line for line in reversed(messages) if line.level == level), None)


def _cut(line: str, most: int) -> str:
    """Return a text of at most so many bytes of UTF-8."""
    if len(line) * 4 <= most:
        return line
    raw = line.encode()
    return line if len(raw) <= most else raw[:most].decode(errors="ignore")
