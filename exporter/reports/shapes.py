"""Which shape a body has. The body decides, never its Content-Type: senders set odd ones."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus, unquote_to_bytes

from msgspec.structs import replace

from exporter.model import Report, short_name
from exporter.reports import documented, duplicati, text
from exporter.reports.decoding import decode_json, decode_text
from exporter.reports.errors import Problem, ReportError
from exporter.reports.fields import MAX_NAME
from exporter.reports.oddities import Oddities

_FORM = re.compile(r"[^=\s&{\[\"<]{1,200}=")
_MAX_FORM_FIELDS = 100
_PART = re.compile(
    r"--[^\r\n]{1,200}\r?\n(?:[^\r\n]+\r?\n)+\r?\n(?P<content>.*?)\r?\n--", re.DOTALL
)


def read_report(body: bytes, backup: str | None = None) -> Report:
    """Turn an uploaded body into a report.

    Args:
        body: as it was posted.
        backup: what the URL calls the backup, for a report that does not name one.

    Raises:
        ReportError: it has none of the known shapes, or a value in it cannot be right.
    """
    oddities = Oddities()
    named = _checked(backup)
    if body.startswith(b"{"):
        # Nearly every report: one pass over its bytes is enough.
        report = _read_value(decode_json(body, oddities), named, oddities)
    else:
        report = _read(decode_text(body, oddities), named, oddities)
    if report.run.began is not None:
        return report
    return replace(report, fingerprint=hashlib.blake2b(body, digest_size=16).digest())


def _checked(backup: str | None) -> str | None:
    if backup is not None and len(backup) > MAX_NAME:
        raise ReportError(Problem("backup", f"is longer than {MAX_NAME} characters"))
    return short_name(backup) if backup and backup.strip() else None


def _read(content: str, backup: str | None, oddities: Oddities) -> Report:
    if content.startswith("{") or (content.startswith("[") and not text.looks_like_report(content)):
        return _read_value(decode_json(content, oddities), backup, oddities)
    if content.startswith("--") and (part := _PART.match(content)) is not None:
        return _read(part["content"].strip(), backup, oddities)
    form = _FORM.match(content)
    if form is not None and content[form.end() :].startswith("{"):
        return _read(content[form.end() :], backup, oddities)
    if form is None or text.looks_like_report(content):
        return text.read(content, backup, oddities)
    return _read_form(content, backup, oddities)


def _read_form(content: str, backup: str | None, oddities: Oddities) -> Report:
    """Find the report among the form's fields: the sender can rename its field."""
    found = sorted(_fields(content, oddities), key=lambda field: field[0] != "message")
    reports = (value for _, value in found if _is_report(value))
    report = next(reports, found[0][1])
    if report.startswith("{"):
        return _read_value(decode_json(report, oddities), backup, oddities)
    beside = {name: value for name, value in found if value is not report}
    return text.read(report, backup, oddities, beside)


def _fields(content: str, oddities: Oddities) -> Iterator[tuple[str, str]]:
    parts = content.split("&")
    if len(parts) > _MAX_FORM_FIELDS:
        raise ReportError(Problem("body", f"is a form of more than {_MAX_FORM_FIELDS} fields"))
    for part in parts:
        name, _, value = part.partition("=")
        raw = unquote_to_bytes(value.replace("+", " "))
        yield unquote_plus(name), decode_text(raw, oddities)


def _is_report(value: str) -> bool:
    return value.startswith("{") or text.looks_like_report(value)


def _read_value(value: Any, backup: str | None, oddities: Oddities) -> Report:  # noqa: ANN401
    if isinstance(value, dict):
        if "backup" in value:
            return documented.read(value, oddities)
        if "Data" in value or "Exception" in value or duplicati.is_results(value):
            return duplicati.read(value, backup, oddities)
        if "startedUtc" in value:
            raise ReportError(Problem("body", "is a live report: those go to /api/activity"))
    expected = 'neither Duplicati\'s {"Data": …, "Extra": …} nor {"server": …, "backup": …}'
    raise ReportError(Problem("body", f"has no known shape: {expected}"))
