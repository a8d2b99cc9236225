"""Detects the shape of a body. The Content-Type does not count: senders set odd ones."""

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_plus

from msgspec.structs import replace

from exporter.model import Report, short_name
from exporter.reports import duplicati_json, duplicati_text, generic_json
from exporter.reports.decoding import decode_json, decode_text
from exporter.reports.errors import Problem, ReportError
from exporter.reports.large import LARGE_BYTES, Reduced, reduced_json, reduced_text
from exporter.reports.oddities import Oddities
from exporter.reports.recoding import unquoted, utf8

_FORM = re.compile(rb"[^=\s&{\[\"<]{1,200}=")
_MAX_FORM_FIELDS = 100
_PART = re.compile(rb"--[^\r\n]{1,200}\r?\n(?:[^\r\n]+\r?\n)+\r?\n")
_END_OF_PART = b"\n--"

_large_reader = ThreadPoolExecutor(1, thread_name_prefix="large report")
"""Reads large bodies one after the other: each takes several times its size in memory. In one
thread, for the C library keeps freed memory for each thread that had it: 250 MB for sixteen."""


def read_report(body: bytes, backup: str | None = None) -> Report:
    """Turn an uploaded body into a report.

    Args:
        body: as it was posted.
        backup: the name of the backup in the URL, for a report that does not name one.

    Raises:
        ReportError: it has none of the known shapes, or a value in it is invalid.
    """
    if len(body) > LARGE_BYTES:
        return _large_reader.submit(_read, body, backup).result()
    return _read(body, backup)


def _read(body: bytes, backup: str | None) -> Report:
    report = _Body(backup).read(body)
    if report.run.began is not None:
        return report
    return replace(report, fingerprint=hashlib.blake2b(body, digest_size=16).digest())


class _Body:
    """Reads one body: a report in its wrapping."""

    def __init__(self, backup: str | None) -> None:
        self._backup = short_name(backup) if backup and backup.strip() else None
        self._oddities = Oddities()

    def read(self, body: bytes) -> Report:
        # Nearly every report starts like this: there is nothing to unwrap.
        return self._json(body) if body.startswith(b"{") else self._unwrapped(utf8(body))

    def _unwrapped(self, content: bytes) -> Report:
        is_text = _looks_like_text(content)
        if content.startswith(b"{") or (content.startswith(b"[") and not is_text):
            return self._json(content)
        if content.startswith(b"--") and (part := _PART.match(content)) is not None:
            end = content.find(_END_OF_PART, part.end() - 1)
            return self._unwrapped(content[part.end() : end if end > 0 else None].strip())
        form = _FORM.match(content)
        if form is not None and content[form.end() :].startswith(b"{"):
            return self._json(content[form.end() :])
        return self._text(content) if form is None or is_text else self._form(content)

    def _form(self, content: bytes) -> Report:
        """Find the report among the form's fields: the sender can rename its field."""
        found = sorted(_fields(content), key=lambda field: field[0] != "message")
        reports = (value for _, value in found if _is_report(value))
        report = next(reports, found[0][1])
        if report.startswith(b"{"):
            return self._json(report)
        beside = {name: value for name, value in found if value is not report}
        return self._text(report, beside)

    def _json(self, content: bytes) -> Report:
        large = len(content) > LARGE_BYTES
        body, left_out = reduced_json(content) if large else Reduced(content)
        report = _read_value(decode_json(body, self._oddities), self._backup, self._oddities)
        return _with_left_out(report, left_out)

    def _text(self, content: bytes, beside: dict[str, bytes] | None = None) -> Report:
        large = len(content) > LARGE_BYTES
        body, left_out = reduced_text(content) if large else Reduced(content)
        fields = {
            name: decode_text(value[:LARGE_BYTES], self._oddities)
            for name, value in (beside or {}).items()
        }
        text = decode_text(body, self._oddities)
        return _with_left_out(
            duplicati_text.read(text, self._backup, self._oddities, fields), left_out
        )


def _fields(content: bytes) -> Iterator[tuple[str, bytes]]:
    if content.count(b"&") >= _MAX_FORM_FIELDS:
        raise ReportError(Problem("body", f"is a form of more than {_MAX_FORM_FIELDS} fields"))
    for part in content.split(b"&"):
        name, _, value = part.partition(b"=")
        yield unquote_plus(name[:LARGE_BYTES].decode(errors="replace")), utf8(unquoted(value))


def _is_report(value: bytes) -> bool:
    return value.startswith(b"{") or _looks_like_text(value)


def _looks_like_text(content: bytes) -> bool:
    return duplicati_text.looks_like_report(content[:LARGE_BYTES].decode(errors="replace"))


def _with_left_out(report: Report, lines: int) -> Report:
    if not lines:
        return report
    dropped = report.log.lines_dropped + lines
    return replace(report, log=replace(report.log, lines_dropped=dropped))


def _read_value(value: Any, backup: str | None, oddities: Oddities) -> Report:  # noqa: ANN401 - JSON may hold anything
    if isinstance(value, dict):
        if "backup" in value:
            return generic_json.read(value, oddities)
        if "Data" in value or "Exception" in value or duplicati_json.is_results(value):
            return duplicati_json.read(value, backup, oddities)
        if "startedUtc" in value:
            raise ReportError(Problem("body", "is a live report: those go to /api/activity"))
    expected = 'neither Duplicati\'s {"Data": …, "Extra": …} nor {"server": …, "backup": …}'
    raise ReportError(Problem("body", f"has no known shape: {expected}"))
