"""Duplicati's text report, what send-http posts when no format is set.

A first line names the backup, ``Name: value`` lines carry the results of the JSON report, and
``Log data:`` begins the log. Times are in the sender's local format with unix seconds behind.
"""

import re
from collections.abc import Iterator, Mapping

from exporter.model import Machine, Message, Report
from exporter.reports import duplicati, fields
from exporter.times import SECOND, format_moment

_HEADER = re.compile(r"Duplicati (?P<operation>[A-Za-z]+) report for (?P<subject>[^\r\n]*)")
_IDENTITIES = (
    r"^(?P<name>.*) \((?P<machine_id>[^\s,()]+), (?P<backup_id>DB-[0-9]+), (?P<machine>.*)\)$",
    r"^(?P<name>.*) \((?P<machine_id>[^\s,()]+), (?P<backup_id>[^\s,()]+), (?P<machine>.*)\)$",
    r"^(?P<name>.*)$",
)
"""What follows the header: since 2.0.8 with identities, before without. Names may hold commas and
parentheses, so the usual form of a backup's id is tried first."""

_FIELD = re.compile(r"^(?P<key>[A-Z][A-Za-z]*): (?P<value>.*)$")
_NUMBER = re.compile(r"-?[0-9]{1,40}", re.ASCII)
_UNIX_SECONDS = re.compile(r"\((?P<seconds>-?[0-9]{1,12})\)$", re.ASCII)
_LOG = "Log data:"


def looks_like_report(content: str) -> bool:
    """Tell whether a text begins as Duplicati's reports do."""
    return _HEADER.match(content.lstrip()) is not None


def read(content: str, fingerprint: bytes) -> Report:
    """Turn a text that `looks_like_report` into the model's report.

    Raises:
        ReportError: a name or a number in it can not be stored.
    """
    header, *lines = content.strip().splitlines()
    results, log = _split(lines)
    data, extra = _data(results), _extra(header)
    died = _died(results)
    return Report(
        machine=Machine(fields.name(extra, "machine-id"), fields.name(extra, "machine-name")),
        backup=fields.name(extra, "backup-name") or duplicati.UNNAMED,
        run=duplicati.run(data, extra, died=died),
        log=fields.log(_messages(log, died)),
        counted=fields.counted(data),
        fingerprint=fingerprint,
    )


def _split(lines: list[str]) -> tuple[list[str], list[str]]:
    if _LOG not in lines:
        return lines, []
    at = lines.index(_LOG)
    return lines[:at], lines[at + 1 :]


def _extra(header: str) -> dict[str, str]:
    found = _HEADER.match(header)
    if found is None:
        return {}
    identity = _identity(found["subject"].strip())
    return {
        "OperationName": found["operation"],
        "backup-name": identity.get("name", ""),
        "machine-id": identity.get("machine_id", ""),
        "backup-id": identity.get("backup_id", ""),
        "machine-name": identity.get("machine", ""),
    }


def _identity(subject: str) -> Mapping[str, str]:
    matches = (re.match(pattern, subject) for pattern in _IDENTITIES)
    return next(match.groupdict() for match in matches if match is not None)


def _data(lines: list[str]) -> dict[str, object]:
    """Return the results by name, each as the JSON report would hold it."""
    found = (_FIELD.match(line) for line in lines)
    return {field["key"]: _value(field["value"].strip()) for field in found if field is not None}


def _value(value: str) -> object:
    if _NUMBER.fullmatch(value):
        return int(value)
    if value in ("True", "False"):
        return value == "True"
    unix = _UNIX_SECONDS.search(value)
    return _moment(int(unix["seconds"])) if unix else value


def _moment(seconds: int) -> str:
    try:
        return format_moment(seconds * SECOND)
    except OverflowError:
        return ""


def _died(lines: list[str]) -> str | None:
    """Return the Failed and Details lines of a run that died, up to the results."""
    starts = [at for at, line in enumerate(lines) if line.startswith("Failed:")]
    if not starts:
        return None
    told = lines[starts[0] :]
    end = next((at for at, line in enumerate(told) if at > 1 and not line.strip()), len(told))
    text = "\n".join(told[:end])
    return text.removeprefix("Failed:").strip() or "the run died without a message"


def _messages(log: list[str], died: str | None) -> Iterator[Message]:
    if died is not None:
        yield Message("error", died)
    yield from (duplicati.message(line) for line in log if line.strip())
