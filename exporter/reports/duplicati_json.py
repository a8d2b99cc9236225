"""Duplicati's JSON report, ``{"Data": …, "Extra": …, "LogLines": …, "Exception": …}``.

Follows the send-http module of Duplicati 2.0.6.3 to 2.3.1.0. Until 2.0.7.101 a run that died sent
the .NET exception instead of Data; since 2.0.7.102 it sends what was counted so far.
"""

from collections.abc import Mapping
from typing import Any

from exporter.model import Message, Report, unnamed
from exporter.reports import judging, lines
from exporter.reports.errors import Problem, ReportError
from exporter.reports.fields import Reader, mapping
from exporter.reports.oddities import Oddities
from exporter.reports.results import Ending, counted, machine, run

_RESULTS = ("MainOperation", "ParsedResult")
_IDENTITIES = ("OperationName", "backup-name", "backup-id", "machine-id", "machine-name")
_ENDED = Ending()
_NO_MESSAGE = "the run died without a message"


def is_results(body: Mapping[str, Any]) -> bool:
    """Return whether a body is the results themselves, without the report around them."""
    return any(key in body for key in _RESULTS)


def read(body: Mapping[str, Any], backup: str | None = None, odd: Oddities | None = None) -> Report:
    """Turn a decoded report into the model's.

    Args:
        body: the report, or the results alone.
        backup: the name of the backup in the sender's URL, where the report has none.
        odd: what could not be read of the body so far.

    Raises:
        ReportError: it has neither an operation nor a failure, or a name does not fit.
    """
    oddities = Oddities() if odd is None else odd
    bare = "Data" not in body and is_results(body)
    top = Reader({"Data": body, "Extra": body, **body} if bare else body, oddities)
    extra, data = top.inner("Extra"), top.inner("Data")
    ending = _ending(top, data)
    if judging.is_exception(data.values):
        data = Reader({}, oddities)
    _require_meaning(data, extra, ending)
    messages = _messages(top, ending)
    ran = run(data, extra, ending, messages)
    name = extra.name("backup-name") or backup or extra.name("backup-id")
    return Report(
        machine=machine(data, extra),
        backup=name or unnamed(ran.destination_type),
        run=ran,
        counted=counted(data),
        log=lines.log(messages, oddities),
    )


def _ending(top: Reader, data: Reader) -> Ending:
    """Return whether a run died, or was prevented, from the exception that it sent."""
    if judging.is_exception(data.values):
        return _thrown(data.values)
    exception = top.values.get("Exception")
    if exception is None:
        return _ENDED
    if isinstance(exception, dict) and judging.is_exception(exception):
        return _thrown(exception)
    died = top.text("Exception")
    unread = died is None and top.has("Exception")
    return Ending(died, aborted=judging.tells_abort(died), doubtful=unread)


def _thrown(exception: Mapping[str, Any]) -> Ending:
    reader = Reader(exception)
    name, message = reader.text("ClassName"), reader.text("Message")
    if judging.was_aborted(exception):
        return Ending(message or _NO_MESSAGE, aborted=True)
    return Ending(": ".join(filter(None, (name, message))) or _NO_MESSAGE)


def _require_meaning(data: Reader, extra: Reader, ending: Ending) -> None:
    if ending.died is not None or data.has("ParsedResult") or data.has("MainOperation"):
        return
    if not any(extra.has(key) for key in _IDENTITIES):
        problem = "has no MainOperation and no ParsedResult, and Extra no backup-name"
        raise ReportError(Problem("Data", f"{problem}: send the report as Duplicati made it"))


def _messages(top: Reader, ending: Ending) -> list[Message]:
    message = lines.message
    messages = [message(line) for line in _lines(top) if type(line) is str]
    if ending.died is not None:
        messages.insert(0, Message("warning" if ending.aborted else "error", ending.died))
    return messages


def _lines(top: Reader) -> list[object]:
    logged = top.values.get("LogLines")
    if isinstance(logged, list):
        return logged
    if logged is not None:
        top.oddities.note("LogLines", "is not a list of lines, left out")
    data = mapping(top.values, "Data")
    listed = (data.get(key) for key in lines.LISTS)
    return [line for some in listed if isinstance(some, list) for line in some]
