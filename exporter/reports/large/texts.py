"""A large text made small: of its results the lines that decide, of its log what is kept."""

import re
from collections.abc import Iterator
from itertools import islice

from exporter.reports import lines, names, template
from exporter.reports.large.reduced import Reduced
from exporter.reports.large.selection import Selection
from exporter.reports.recoding import cut

FIRST_BYTES = 128 * 1024
LAST_BYTES = 64 * 1024
_LINE_BYTES = 16 * 1024
_MOST_LINES = 2_000_000
"""Lines of a log that are looked at."""

_MOST_DECIDING = 1000
_LOG = re.compile(rb"(?:^|[\r\n])[ \t]*(?P<title>Log data:|Log Messages:)[ \t]*(?=[\r\n]|$)")
_THROWN = re.compile(rb"\n[ \t]*\r?\nException: ")
_LINE = re.compile(rb"[^\r\n]++")
_DECIDES = re.compile(
    rb"(?<=[\r\n])(?:(?:%s|Version|Duration|Dryrun|Fatal|Interrupted|Failed|Details):[^\r\n]*+"
    rb"|\][ \t]*(?=[\r\n])|[ \t]*Value:[ \t]*(?!\[\],?[ \t]*[\r\n])[^\s][^\r\n]*+)"
    % "|".join(sorted(names.RESULT_NAMES)).encode()
)
"""A result, the end of a list, or a fault that a test found in a file."""


def reduced_text(content: bytes) -> Reduced:
    """Return a small text that reads as the large one."""
    found = _LOG.search(content)
    if found is None:
        return Reduced(_results(content))
    head, title = content[: found.start("title")], found["title"]
    is_template = title.decode() == template.LOG
    thrown = _THROWN.search(content, found.end()) if is_template else None
    end = len(content) if thrown is None else thrown.start()
    selection = Selection()
    for entry in lines.joined(_lines(content, found.end(), end)):
        line = lines.message(entry)
        selection.add(line.text, line.level, entry.encode(errors="surrogateescape"))
    kept = [
        _results(head) + title,
        *selection.kept(),
        cut(content[end : end + LAST_BYTES + 1], LAST_BYTES),
    ]
    return Reduced(b"\n".join(kept), selection.left_out())


def _results(head: bytes) -> bytes:
    """Return results of which what decides is whole, where they are far longer than any."""
    if len(head) <= FIRST_BYTES + LAST_BYTES:
        return head
    first, last = _begin(head), _end(head)
    between = _DECIDES.finditer(head, len(first), len(head) - len(last))
    deciding = dict.fromkeys(cut(found[0], _LINE_BYTES) for found in between)
    return b"\n".join((first, *islice(deciding, _MOST_DECIDING), last))


def _begin(head: bytes) -> bytes:
    first = head[:FIRST_BYTES]
    end = max(first.rfind(b"\n"), first.rfind(b"\r"))
    return first[: end + 1] or cut(head, FIRST_BYTES)


def _end(head: bytes) -> bytes:
    last = head[-LAST_BYTES:]
    return last[max(last.find(b"\n"), last.find(b"\r")) + 1 :]


def _lines(content: bytes, begin: int, end: int) -> Iterator[str]:
    for found in islice(_LINE.finditer(content, begin, end), _MOST_LINES):
        raw = content[found.start() : min(found.end(), found.start() + _LINE_BYTES)]
        line = raw.decode(errors="surrogateescape")
        if line.strip():
            yield line
