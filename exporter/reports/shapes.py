"""Which shape a body has. The body decides, never its Content-Type: senders set odd ones."""

import hashlib
import re
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec.structs import replace

from exporter.model import Report
from exporter.reports import documented, duplicati, text
from exporter.reports.errors import Problem, ReportError

_FORM = re.compile(r"[^=\s&{\[\"]{1,200}=")
_MAX_FORM_FIELDS = 100


def read_report(body: bytes) -> Report:
    """Turn an uploaded body into a report.

    Raises:
        ReportError: it has none of the known shapes, or a value in it can not be right.
    """
    report = _read(decode_text(body))
    if report.run.began is not None:
        return report
    return replace(report, fingerprint=hashlib.blake2b(body, digest_size=16).digest())


def _read(content: str) -> Report:
    if text.looks_like_report(content):
        return text.read(content)
    if _FORM.match(content):
        return _read_form(content)
    return _read_json(content)


def decode_text(body: bytes) -> str:
    """Return a body as text; UTF-8 is all that senders use."""
    try:
        return body.decode().removeprefix("\ufeff").strip()
    except UnicodeDecodeError as error:
        raise ReportError(Problem("body", f"is not UTF-8 at byte {error.start}")) from None


def _read_form(content: str) -> Report:
    """Find the report among the form's fields: the sender can rename its field."""
    try:
        fields = parse_qsl(content, errors="strict", max_num_fields=_MAX_FORM_FIELDS)
    except ValueError as error:
        raise ReportError(Problem("body", f"is no readable form: {error}")) from None
    for _, value in sorted(fields, key=lambda field: field[0] != "message"):
        if text.looks_like_report(value):
            return text.read(value)
        if value.lstrip().startswith("{"):
            return _read_json(value)
    raise ReportError(Problem("message", "the form holds no Duplicati report"))


def _read_json(content: str) -> Report:
    value = decode_json(content)
    if isinstance(value, dict) and "backup" in value:
        return documented.read(value)
    if isinstance(value, dict) and ("Data" in value or "Exception" in value):
        return duplicati.read(value)
    if isinstance(value, dict) and "startedUtc" in value:
        raise ReportError(Problem("body", "is a live report: those go to /api/activity"))
    expected = 'neither Duplicati\'s {"Data": …, "Extra": …} nor {"server": …, "backup": …}'
    raise ReportError(Problem("body", f"has no known shape: {expected}"))


def decode_json(content: str) -> Any:  # noqa: ANN401 - JSON may hold anything
    """Return what a text says in JSON."""
    try:
        return msgspec.json.decode(content)
    except RecursionError:
        raise ReportError(Problem("body", "is nested too deep")) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ReportError(Problem("body", f"is no JSON: {error}")) from None
