"""The text format Template (since 2.2.1), in which nested results are between the run's own.

Nothing is indented there, so a line does not show whose it is. What comes before the first nested
result is the run's own; of the rest only values that decide are read, and of those the worst. The
counts of the destination are printed several times, once under their own title.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from exporter.reports.printed import Field, value
from exporter.times import Millis

LOG = "Log Messages:"

_NESTED = re.compile(r"[A-Z][A-Za-z]*: ")
"""How the value of a nested result starts: with the name of its own first value."""

_TITLE = re.compile(r"={5,}")
_SIGN = re.compile(
    r"MessageSink: Duplicati\.|[A-Z][A-Za-z]*(?:Results|Statistics): [A-Z][A-Za-z]*: "
)
_THROWN = "Exception: "
_THROWN_ALONE = re.compile(r"Exception: (?!null$|None$)\S")
_BACKEND = "BackendStatistics"
_FIGURES = frozenset(
    """
    RemoteCalls BytesUploaded BytesDownloaded FilesUploaded FilesDownloaded FilesDeleted
    FoldersCreated RetryAttempts UnknownFileSize UnknownFileCount KnownFileCount KnownFileSize
    KnownFilesets LastBackupDate BackupListCount TotalQuotaSpace FreeQuotaSpace AssignedQuotaSpace
    """.split()  # noqa: SIM905 - a list of one in a line would be twenty lines
)


def is_template(lines: Sequence[str]) -> bool:
    """Return whether the format is Template: by its titles or a nested result."""
    return any(
        line.rstrip() == LOG or _TITLE.fullmatch(line.strip()) or _SIGN.match(line)
        for line in lines
    )


def undone(line: str) -> str:
    """Return a line with HTML's escapes undone; it stays one line."""
    return " ".join(html.unescape(line).splitlines()) if "&" in line else line


def own(printed: Iterable[Field]) -> Iterator[Field]:
    """Return the values before the first nested result."""
    for field in printed:
        if _is_nested(field):
            return
        yield field


def backend(printed: Iterable[Field]) -> dict[str, object]:
    """Return the counts of the destination; those printed with different values are left out."""
    found: dict[str, set[object]] = {}
    within = False
    for field in printed:
        if _is_nested(field):
            within = field.key == _BACKEND
        figure = _inner(field) if _is_nested(field) else field
        if within and figure.key in _FIGURES:
            found.setdefault(figure.key, set()).add(figure.value)
    return {key: printed.pop() for key, printed in found.items() if len(printed) == 1}


def duration(began: Millis | None, ended: Millis | None) -> Millis | None:
    """Return the duration of a run by its times: the printed durations may be of other results."""
    return None if began is None or ended is None else max(ended - began, 0)


def _is_nested(field: Field) -> bool:
    return isinstance(field.value, str) and _NESTED.match(field.value) is not None


def _inner(field: Field) -> Field:
    key, _, text = str(field.value).partition(": ")
    return Field(key, value(text.strip()))


def at_exception(log: Sequence[str]) -> tuple[list[str], str | None]:
    """Separate the log from the exception of a run that died, which follows an empty line."""
    for at, line in enumerate(log):
        if line.startswith(_THROWN) and at > 0 and not log[at - 1].strip():
            return _parted(log, at)
    return list(log), None


def at_failure(body: Sequence[str]) -> tuple[list[str], str | None]:
    """Separate the results from the exception of a run that died and logged nothing."""
    at = next((at for at, line in enumerate(body) if _THROWN_ALONE.match(line)), None)
    return (list(body), None) if at is None else _parted(body, at)


def _parted(lines: Sequence[str], at: int) -> tuple[list[str], str]:
    text = "\n".join(lines[at:]).removeprefix(_THROWN).strip()
    return list(lines[:at]), text or "the run died without a message"
