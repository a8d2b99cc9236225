"""Duplicati's text report, what send-http posts when no format is set.

A first line names the backup, ``Name: value`` lines carry the results of the JSON report, and
``Log data:`` begins the log. Times are in the sender's local format with unix seconds behind.
"""

import re
from collections.abc import Iterator, Mapping

from exporter.model import Message, Report
from exporter.reports import duplicati, fields
from exporter.reports.errors import Problem, ReportError
from exporter.times import SECOND, format_moment

_HEADER = re.compile(r"Duplicati (?P<operation>[A-Za-z]+) report for (?P<subject>[^\r\n]*)")
_IDENTITIES = (
    r"^(?P<name>.*) \((?P<machine_id>[^\s,()]*), (?P<backup_id>DB-[0-9]+), (?P<machine>.*)\)$",
    r"^(?P<name>.*) \((?P<machine_id>[\w-]{16,}), (?P<backup_id>[^\s,()]+), (?P<machine>.*)\)$",
    r"^(?P<name>.*)$",
)
"""What follows the header: since 2.0.8 with identities, before without. Names may hold commas and
parentheses, so the usual form of a backup's id is tried first."""

_FIELD = re.compile(r"^(?P<key>[A-Z][A-Za-z]*): (?P<value>.*)$")
_NUMBER = re.compile(r"-?[0-9]{1,40}", re.ASCII)
_UNIX_SECONDS = re.compile(r"\((?P<seconds>-?[0-9]{1,12})\)$", re.ASCII)
_LINE_END = re.compile(r"\r\n|\n|\r")
"""str.splitlines would also part a name at rarer separators such as U+2028."""

_LOG = "Log data:"
_MAX_SUBJECT = 4 * fields.MAX_NAME + 8
"""Two names, two identities and what stands between; more would only slow the patterns down."""


def looks_like_report(content: str) -> bool:
    """Tell whether a text begins as Duplicati's reports do."""
    return _HEADER.match(content.lstrip()) is not None


def read(content: str) -> Report:
    """Turn a text that `looks_like_report` into the model's report.

    Raises:
        ReportError: a name or a number in it can not be stored.
    """
    header, *lines = _LINE_END.split(content.strip())
    lines, log = _split(lines)
    died, results = _died(lines)
    data, extra = _data(results), _extra(header)
    return Report(
        machine=duplicati.machine(data, extra),
        backup=fields.name(extra, "backup-name") or duplicati.UNNAMED,
        run=duplicati.run(data, extra, died=died),
        log=fields.log(_messages(log, died)),
        counted=fields.counted(data),
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
    subject = found["subject"].strip()
    if len(subject) > _MAX_SUBJECT:
        raise ReportError(Problem("backup-name", f"longer than {fields.MAX_NAME} characters"))
    identity = _identity(subject)
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


def _died(lines: list[str]) -> tuple[str | None, list[str]]:
    """Part a run's failure from its results: they follow the last empty line, if any do."""
    start = next((at for at, line in enumerate(lines) if line.startswith("Failed:")), None)
    if start is None:
        return None, lines
    told = "\n".join(lines[start:]).rstrip()
    failure, _, results = told.rpartition("\n\n")
    if not any(line.startswith("ParsedResult: ") for line in results.split("\n")):
        failure, results = told, ""
    text = failure.removeprefix("Failed:").strip() or "the run died without a message"
    return text, results.split("\n")


def _messages(log: list[str], died: str | None) -> Iterator[Message]:
    if died is not None:
        yield Message("error", died)
    yield from (duplicati.message(line) for line in log if line.strip())
