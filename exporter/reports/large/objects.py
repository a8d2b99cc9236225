"""Reduces large JSON: to the known names of an object, and the elements of a list that are read."""

import re
from collections.abc import Iterator
from itertools import islice

import msgspec
from msgspec import Raw

from exporter.reports import lines
from exporter.reports.decoding import decode_json, no_json, too_deep
from exporter.reports.errors import Problem, ReportError
from exporter.reports.judging import faults
from exporter.reports.large.elements import LEFT_OUT, elements
from exporter.reports.large.reduced import Reduced
from exporter.reports.large.selection import Selection
from exporter.reports.names import RESULT_NAMES
from exporter.reports.recoding import cut, strict_json

KNOWN = (
    *("LogLines", "Data", "Extra", "Exception", "startedUtc"),
    *("server", "backup", "name", "version", "status", "startTime", "endTime"),
    *("duration", "files", "size", "storageUsed", "messages", "level", "message"),
    *("OperationName", "backup-name", "backup-id", "machine-id", "machine-name"),
    *("operating-system", "destination-type", "next-scheduled-run"),
    *("ClassName", "Message", "AbortReason", "StackTrace", "StackTraceString", "HResult"),
    *("Version", "Duration", "Dryrun", "Fatal", "Interrupted", *lines.LISTS),
    *("BytesUploaded", "BytesDownloaded", "KnownFileSize", "BackupListCount", "RetryAttempts"),
    *("LastBackupDate", "FreeQuotaSpace", "TotalQuotaSpace", "Key", "Value"),
    *("Destination", "CopiedFileCount", "CopiedFileSize", "FailedVerificationCount"),
    *sorted(RESULT_NAMES),
)
"""All names that are read from reports. Other numbers of a large object are not counted."""

WHOLE_BYTES = 32 * 1024
"""A value up to here is kept as it is, while it fits."""

ROOM_BYTES = 256 * 1024
"""For values that are kept as they are, of which the worst decode to eighty times as much; and
the same again for plain ones, which are never left out: one of them may be a failure."""

_PLAIN_BYTES = 256
_MAX_TEXT_LENGTH = 16 * 1024
_FEW = 100
_LINE_BYTES = lines.MAX_LINE_BYTES + 8
"""Slightly more than is kept of a line, so that it is known to be longer."""

_BEGINNING = re.compile(rb'"(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*+', re.DOTALL)
_ESCAPED = 6
"""Bytes that JSON may take for one."""

_ABSENT = Raw(b"")
_FIELDS = {f"field{number}": name for number, name in enumerate(KNOWN)}
_Object = msgspec.defstruct("_Object", [(field, Raw, _ABSENT) for field in _FIELDS], rename=_FIELDS)
_decoder = msgspec.json.Decoder(_Object)

_Line = tuple[str, str, bytes]
"""The text of a line, its level, and its raw form."""


def reduced_json(content: bytes) -> Reduced:
    """Return a small object that reads as the large one.

    Raises:
        ReportError: it is not JSON, nested too deep, or has too many values of known names.
    """
    if not content.startswith(b"{"):
        return Reduced(b"[]")  # a list is not a report, whatever its content
    try:
        return _reduced(content)
    except RecursionError:
        raise too_deep() from None
    except (msgspec.MsgspecError, UnicodeError):
        pass
    try:
        return _reduced(strict_json(content))
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise no_json(str(error)) from None


def _reduced(content: bytes) -> Reduced:
    reducing = _Reducing()
    return Reduced(reducing.object(memoryview(content)), reducing.lines_left_out)


class _Reducing:
    """Reduces one body."""

    def __init__(self) -> None:
        self.lines_left_out = 0
        self._room = ROOM_BYTES
        self._room_of_plain = ROOM_BYTES
        self._has_log = False

    def object(self, raw: memoryview) -> bytes:
        members = _members(raw)
        # First of all: if there is a log, the lists of lines in the results are not read.
        self._has_log = self._has_log or bytes(members.get("LogLines", b"")[:1]) == b"["
        values = ((name, self._value(name, value)) for name, value in members.items())
        kept = (b'"%s":%s' % (name.encode(), value) for name, value in values if value)
        return b"{%s}" % b",".join(kept)

    def _value(self, name: str, raw: memoryview) -> bytes:
        sign = bytes(raw[:1])
        if len(raw) <= _PLAIN_BYTES and sign not in (b"{", b"["):
            return self._plain(raw)
        if len(raw) <= min(WHOLE_BYTES, self._room):
            self._room -= len(raw)
            return bytes(raw)
        if sign == b"{":
            return self.object(raw)
        if sign == b"[":
            return b"[%s]" % b",".join(self._list(name, raw))
        return _text(raw, _MAX_TEXT_LENGTH) if sign == b'"' else b""

    def _plain(self, raw: memoryview) -> bytes:
        self._room_of_plain -= len(raw)
        if self._room_of_plain < 0:
            raise ReportError(Problem("body", "has far more values than any report"))
        return bytes(raw)

    def _list(self, name: str, raw: memoryview) -> Iterator[bytes]:
        if name == "LogLines" or (name in lines.LISTS and not self._has_log):
            return self._selected(_lines(raw))
        if name == "messages":
            return self._selected(self._documented_lines(raw))
        if name == "Verifications":
            return self._verifications(raw)
        return map(self._small, islice(elements(raw), _FEW))

    def _small(self, element: bytes) -> bytes:
        return self._value("", memoryview(element)) or LEFT_OUT

    def _selected(self, logged: Iterator[_Line]) -> Iterator[bytes]:
        selection = Selection()
        for line in logged:
            selection.add(*line)
        kept, left_out = selection.kept()
        self.lines_left_out += left_out
        return iter(kept)

    def _documented_lines(self, raw: memoryview) -> Iterator[_Line]:
        for element in elements(raw):
            if element is LEFT_OUT:
                return
            small = element if len(element) <= _LINE_BYTES else self._small(element)
            entry = decode_json(small)
            line = entry if isinstance(entry, dict) else {}
            # An invalid line counts as the most severe, so that it is kept and reported.
            yield str(line.get("message")), str(line.get("level", "info")).lower(), small

    def _verifications(self, raw: memoryview) -> Iterator[bytes]:
        """Yield enough files of a verification to show whether any failed."""
        kept: dict[bool | None, bytes] = {}
        for element in elements(raw):
            small = element if len(element) <= WHOLE_BYTES else self._small(element)
            has_failed = faults([decode_json(small)])
            kept.setdefault(has_failed, small)
            if has_failed:
                break
        return iter(kept.values())


def _members(raw: memoryview) -> dict[str, memoryview]:
    """Return the values of an object that have a known name."""
    values = msgspec.structs.astuple(_decoder.decode(raw))
    return {
        name: memoryview(value)
        for name, value in zip(KNOWN, values, strict=True)
        if value is not _ABSENT
    }


def _lines(raw: memoryview) -> Iterator[_Line]:
    for element in elements(raw):
        if element.startswith(b'"'):
            long = len(element) > _LINE_BYTES
            small = _text(memoryview(element), _LINE_BYTES) if long else element
            # Escapes do not matter here: neither a level nor a tag has one.
            line = lines.message(small[1:-1].decode(errors="replace"))
            yield line.text, line.level, small


def _text(raw: memoryview, most: int) -> bytes:
    """Return a text in JSON with so many bytes of it at most."""
    start = next(_BEGINNING.finditer(cut(bytes(raw[: _ESCAPED * most + 1]), _ESCAPED * most)))
    text = decode_json(start[0] + b'"')
    return msgspec.json.encode(cut(text.encode(), most).decode())
