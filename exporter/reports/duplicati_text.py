"""Duplicati's report as text: its default format, the format Template, and people's variants.

Lines ``Name: value`` contain the results of the JSON report, and a line ``Log data:`` starts the
log. They may be anywhere: the text around them depends on ``--send-http-message``. Times are in the
sender's local format, followed by Unix seconds.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from exporter.model import Message, Report, Run
from exporter.reports import judging, lines, names, template
from exporter.reports.errors import Problem, ReportError
from exporter.reports.fields import MAX_NAME, Reader
from exporter.reports.oddities import Oddities
from exporter.reports.printed import Field, outcomes, parse, values
from exporter.reports.results import Ending, counted, machine, run

_LINE_END = re.compile(r"\r{0,3}\n|\r")
"""str.splitlines would also split a name at rare separators such as U+2028. Some relays double line
ends."""

_DECISIVE = re.compile(r"(?:^|[\r\n])(?:ParsedResult|MainOperation|Failed):")
_DECIDING = ("ParsedResult", "MainOperation")
_TIMES = ("BeginTime", "EndTime")
_FLAGGED = names.RESULT_NAMES | {"Dryrun", "Interrupted", "Fatal"}
LOGS = ("Log data:", template.LOG)
_FAILED = "Failed:"
_DETAILS = "Details:"
_HEAD = 100
"""So many lines are searched for one that starts with words and continues with results."""

_TAIL = 20
"""So many lines at the end of the log or failure are searched for names that are nowhere else."""

_NO_MESSAGE = "the run died without a message"
_REMEDY = "drop --send-http-message, or set --send-http-result-output-format=Json"


class _Text:
    """A text of the default format, separated into results with words, failure and log."""

    def __init__(self, all_lines: list[str]) -> None:
        body, self.log = _at_log(all_lines)
        self.results, self.died = _at_failure(_unfolded(body))

    def data(self, printed: Sequence[Field]) -> dict[str, object]:
        """Return the results by name."""
        return values(printed, printed, died=self.died is not None)

    def timed(self, ran: Run) -> Run:
        """Return the run with its duration."""
        return ran


class _TemplateText(_Text):
    """A text of the format Template, in which nested results are between the run's own."""

    def __init__(self, all_lines: list[str]) -> None:
        super().__init__([template.undone(line) for line in all_lines])
        self.log, thrown = template.at_exception(self.log)
        self.results, unlogged = template.at_failure(self.results)
        self.died = self.died or thrown or unlogged

    def data(self, printed: Sequence[Field]) -> dict[str, object]:
        """Return the results by name."""
        own = values(template.own(printed), printed, died=self.died is not None)
        return {**own, "BackendStatistics": template.backend(printed)}

    def timed(self, ran: Run) -> Run:
        """Return the run with its duration."""
        return replace(ran, duration=template.duration(ran.began, ran.ended))


def looks_like_report(content: str) -> bool:
    """Return whether a text of several lines has results, or starts as Duplicati's reports do."""
    if _DECISIVE.search(content) is not None:
        return "\n" in content or "\r" in content
    start = content.lstrip()[: 2 * MAX_NAME]
    return any(map(names.is_header, _LINE_END.split(start)[:1]))


def read(
    content: str,
    backup: str | None = None,
    odd: Oddities | None = None,
    beside: Mapping[str, str] | None = None,
) -> Report:
    """Turn a text with results into the model's report.

    Args:
        content: the text.
        backup: the name of the backup in the sender's URL, where the text has none.
        odd: what could not be read of the body so far.
        beside: the other fields of a form with the text, from ``--send-http-extra-parameters``.

    Raises:
        ReportError: it contains no results, names no backup, or a name in it is too long.
    """
    oddities = Oddities() if odd is None else odd
    text = _text(content)
    printed = list(parse(text.results))
    if not _has_results(printed, text):
        raise ReportError(Problem("message", f"contains no results of Duplicati: {_REMEDY}"))
    results = Reader(text.data(printed), oddities)
    found = _extra(text, outcomes(printed, died=text.died is not None))
    extra = Reader({**(beside or {}), **found}, oddities)
    ending = Ending(text.died, aborted=judging.tells_abort(text.died))
    messages = tuple(_messages(text, ending))
    ran = text.timed(run(results, extra, ending, messages))
    return Report(
        machine=machine(results, extra),
        backup=_named(extra, backup),
        run=ran,
        counted=counted(results),
        log=lines.log(messages, oddities),
    )


def _named(extra: Reader, backup: str | None) -> str:
    name = extra.name("backup-name") or backup or extra.name("backup-id")
    if name is None:
        problem = "the text names no backup: add ?backup=NAME to the address in --send-http-url"
        raise ReportError(Problem("backup-name", f"{problem}, or {_REMEDY}"))
    return name


def _has_results(printed: Sequence[Field], text: _Text) -> bool:
    """Return whether a text is a report, and not only words.

    After a first line as Duplicati writes it, one result is enough.
    """
    if text.died is not None:
        return True
    if any(field.key in _DECIDING for field in printed):
        return True
    return any(map(names.is_sentence, text.results)) and any(map(_is_result, printed))


def _is_result(field: Field) -> bool:
    """Return whether a value is one of Duplicati's, a number, a time or a flag, and not words."""
    if field.key in _TIMES:
        return True
    return field.key in _FLAGGED and not isinstance(field.value, str)


def _text(content: str) -> _Text:
    all_lines = _LINE_END.split(content.strip())
    if _DECISIVE.search(content) is None:
        all_lines = _without_indentation(all_lines)
    # What a script or a file is called in the log says nothing of the format.
    before_log, _ = _at_log(all_lines)
    signs = all_lines[: len(before_log) + 1]
    return _TemplateText(all_lines) if template.is_template(signs) else _Text(all_lines)


def _without_indentation(all_lines: list[str]) -> list[str]:
    """Remove the indentation of a whole text, whose first line was stripped of its own."""
    depths = [len(line) - len(line.lstrip()) for line in all_lines[1:] if line.strip()]
    depth = min(depths, default=0)
    return [all_lines[0], *(line[depth:] for line in all_lines[1:])]


def _at_log(all_lines: list[str]) -> tuple[list[str], list[str]]:
    at = next((at for at, line in enumerate(all_lines) if line.rstrip() in LOGS), None)
    return (all_lines, []) if at is None else (all_lines[:at], all_lines[at + 1 :])


def _unfolded(body: list[str]) -> list[str]:
    """Split a line with words and then results, as a header followed by %RESULT% gives."""
    details = next((at for at, line in enumerate(body) if line.startswith(_DETAILS)), -1)
    has_failure = details > 0 and not any(line.startswith(_FAILED) for line in body[:details])
    unfolded: list[str] = []
    for at, line in enumerate(body[:_HEAD]):
        may_fail = has_failure and at < details
        end = names.end_of_words(line, failure=may_fail)
        if end:
            end = names.end_of_name(line, end, body[at + 1 :], failure=may_fail)
        if end:
            unfolded += [line[:end].rstrip(), line[end:]]
            return unfolded + body[at + 1 :]
        if end == 0:
            break
        unfolded.append(line)
    return body


def _at_failure(body: list[str]) -> tuple[list[str], str | None]:
    """Separate a run's failure from its results, which may follow it after an empty line."""
    start = next((at for at, line in enumerate(body) if line.startswith(_FAILED)), None)
    if start is None:
        return body, None
    end = _results_after(body, start)
    failure = "\n".join(body[start:end]).removeprefix(_FAILED).strip()
    return body[:start] + body[end:], failure or _NO_MESSAGE


def _results_after(body: list[str], start: int) -> int:
    """Return where the last block of results after a failure starts, or the end of the text."""
    result = max(
        (at for at in range(start, len(body)) if _DECISIVE.match(body[at]) and at > start),
        default=None,
    )
    if result is None:
        return len(body)
    empty = [at for at in range(start, result) if not body[at].strip()]
    return empty[-1] if empty else len(body)


def _extra(text: _Text, outcomes: set[str]) -> dict[str, str]:
    failure = (text.died or "").split("\n")
    places = (text.results, text.log[-_TAIL:], failure[-_TAIL:])
    return next(filter(None, (names.named_by(place, outcomes) for place in places)), {})


def _messages(text: _Text, ending: Ending) -> Iterator[Message]:
    if ending.died is not None:
        yield Message("warning" if ending.aborted else "error", ending.died)
    logged = (line for line in text.log if line.strip())
    yield from map(lines.message, lines.joined(logged))
