"""Reduces a large text: to the result lines that decide, and the log lines that are kept."""

import re
from collections.abc import Iterator
from itertools import islice

from exporter.reports import duplicati_text, lines, names, template
from exporter.reports.large.reduced import Reduced
from exporter.reports.large.selection import Selection
from exporter.reports.recoding import cut

FIRST_BYTES = 128 * 1024
LAST_BYTES = 64 * 1024
_LINE_BYTES = 16 * 1024
_PIECE_BYTES = 64 * 1024
_MAX_LINES = 2_000_000
"""Lines of a log that are read."""

_MAX_DECIDING = 1000
_LOG = re.compile(
    rb"(?<![^\r\n])(?P<title>%s)[ \t]*+(?![^\r\n])" % "|".join(duplicati_text.LOGS).encode()
)
_TITLE_START = b"Log "
_THROWN = re.compile(rb"\n[ \t]*\r?\nException: ")
_LINE = re.compile(rb"[^\r\n]++")
_DECIDES = re.compile(
    rb"(?<=[\r\n])(?:(?:%s|Version|Duration|Dryrun|Fatal|Interrupted|Failed|Details):[^\r\n]*+"
    rb"|\][ \t]*(?=[\r\n])|[ \t]*Value:[ \t]*(?!\[\],?[ \t]*[\r\n])[^\s][^\r\n]*+)"
    % "|".join(sorted(names.RESULT_NAMES)).encode()
)
"""A result, the end of a list, or the failed verification of a file."""


def reduced_text(content: bytes) -> Reduced:
    """Return a small text that reads as the large one."""
    found = _title(content)
    if found is None:
        return Reduced(_results(content))
    head, title = content[: found.start("title")], found["title"]
    results = _results(head)
    signs = [*results.decode(errors="replace").splitlines(), title.decode()]
    is_template = template.is_template(signs)
    thrown = _THROWN.search(content, found.end()) if is_template else None
    end = len(content) if thrown is None else thrown.start()
    selection = Selection()
    for entry in lines.joined(_lines(content, found.end(), end)):
        line = lines.message(entry)
        selection.add(line.text, line.level, entry.encode(errors="surrogateescape"))
    kept, left_out = selection.kept()
    exception = cut(content[end : end + LAST_BYTES + 1], LAST_BYTES)
    return Reduced(b"\n".join((results + title, *kept, exception)), left_out)


def _title(content: bytes) -> re.Match[bytes] | None:
    """Return where the log starts; a pattern alone would block all other threads meanwhile."""
    at = content.find(_TITLE_START)
    while at >= 0:
        found = _LOG.match(content, at)
        if found is not None:
            return found
        at = content.find(_TITLE_START, at + 1)
    return None


def _results(head: bytes) -> bytes:
    """Return results, shortened to the lines that decide where they are far longer than usual."""
    if len(head) <= FIRST_BYTES + LAST_BYTES:
        return head
    first, last = _begin(head), _end(head)
    deciding = dict.fromkeys(_deciding(head, len(first), len(head) - len(last)))
    return b"\n".join((first, *islice(deciding, _MAX_DECIDING), last))


def _deciding(head: bytes, begin: int, end: int) -> Iterator[bytes]:
    """Yield the lines that decide, searching a piece at a time."""
    while begin < end:
        until = min(begin + _PIECE_BYTES, end)
        whole = _end_of_line(head, begin, until) + 1
        until = whole if whole > begin else until
        found = _DECIDES.finditer(head[begin - 1 : until])
        yield from (cut(line[0], _LINE_BYTES) for line in found)
        begin = until


def _begin(head: bytes) -> bytes:
    first = head[:FIRST_BYTES]
    return first[: _end_of_line(first, 0, len(first)) + 1] or cut(head, FIRST_BYTES)


def _end_of_line(content: bytes, begin: int, end: int) -> int:
    """Return the last end of a line between two positions, -1 where there is none."""
    return max(content.rfind(b"\n", begin, end), content.rfind(b"\r", begin, end))


def _end(head: bytes) -> bytes:
    last = head[-LAST_BYTES:]
    return last[max(last.find(b"\n"), last.find(b"\r")) + 1 :]


def _lines(content: bytes, begin: int, end: int) -> Iterator[str]:
    for found in islice(_LINE.finditer(content, begin, end), _MAX_LINES):
        raw = content[found.start() : min(found.end(), found.start() + _LINE_BYTES)]
        line = raw.decode(errors="surrogateescape")
        if line.strip():
            yield line
