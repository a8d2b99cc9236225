"""Second copies: what a report has of synchronizing its destination with others.

Duplicati lists each successful destination; one that failed, or was skipped, it only mentions in a
line of the log, if the log level includes it (since 2.3).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from exporter.model import Copying, CopyOutcome, Message, SecondCopy, Status, short_name
from exporter.reports import lines
from exporter.reports.fields import Reader
from exporter.reports.judging import status
from exporter.times import Millis

KEY = "RemoteSynchronizationResults"
MAX_COPIES = 20
MAX_DESTINATION = 512

TAG = "RemoteSync"
_FAILED = "-RemoteSyncFailed"
_SKIPPED = "-RemoteSyncSkipped"
_SEARCHED = 2000
_BECAUSE = "skipped because"
_NAMED = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S|(?<![\w/])(?:/[^/\s]|\\\\\w|[A-Za-z]:\\)")
"""A URL or a path: a line that names one is about that destination alone."""

_WITH_PASSWORD = re.compile(r"[^/\\@:]*:(?![0-9]{1,5}(?:[/?#]|$)|[\\/])[^@]*@")
"""A user and a password with a slash in it; a port is not a password."""


def copying(
    results: Reader, messages: Iterable[Message], ended: Status, at: Millis | None
) -> Copying | None:
    """Return what a run reported of its second copies, None where it could not report any.

    Args:
        results: its results.
        messages: all lines of its log.
        ended: how the whole run ended; nested results of one that died are not trusted.
        at: when it ended, or started where that is all that is known.
    """
    said = _said([line for line in messages if TAG in line.text])
    value = results.values.get(KEY)
    entries = value if isinstance(value, list) and ended is not Status.FATAL else []
    copies = tuple(_copies(results, entries, at))
    if said is CopyOutcome.MISSED or any(not copy.status.completed for copy in copies):
        return Copying(CopyOutcome.MISSED, copies)
    if said is not None:
        return Copying(said, copies)
    if copies:
        return Copying(CopyOutcome.COPIED, copies)
    could_report = KEY in results.values and (value is None or isinstance(value, list))
    return Copying(CopyOutcome.UNTOLD) if could_report else None


def _said(messages: Iterable[Message]) -> CopyOutcome | None:
    """Return what the lines of the log say: a missed copy takes precedence."""
    said = None
    for message in messages:
        tag, text = lines.tag(message.text), lines.text(message.text)[:_SEARCHED]
        skipped = tag.endswith(_SKIPPED)
        if tag.endswith(_FAILED) or (skipped and _BECAUSE in text.lower()):
            return CopyOutcome.MISSED
        if skipped and message.level == "information" and _NAMED.search(text):
            said = CopyOutcome.NOT_DUE
    return said


def _copies(results: Reader, entries: Sequence[object], at: Millis | None) -> Iterator[SecondCopy]:
    for place, entry in enumerate(islice(entries, MAX_COPIES)):
        path = f"{results.path}{KEY}.{place}."
        reader = Reader(entry if isinstance(entry, dict) else {}, results.oddities, path)
        copy = _copy(reader, at)
        if copy is None:
            results.oddities.note(path[:-1], "has no destination or no time, left out")
        else:
            yield copy


def _copy(entry: Reader, at: Millis | None) -> SecondCopy | None:
    ended = entry.timestamp("EndTime") or entry.timestamp("BeginTime") or at
    destination = entry.text("Destination")
    if destination is None or ended is None:
        return None
    damaged, ended_as = entry.count("FailedVerificationCount"), status(entry)
    return SecondCopy(
        destination=short_name(without_secrets(destination)),
        at=ended,
        status=ended_as.worse(Status.WARNING) if damaged else ended_as,
        copied_files=entry.count("CopiedFileCount"),
        copied_bytes=entry.count("CopiedFileSize"),
        failed_verifications=damaged,
    )


def without_secrets(url: str) -> str:
    """Return scheme, host and path of a URL: no user, password, query or fragment."""
    scheme, divider, rest = url.strip().partition("://")
    if not divider:
        return scheme.partition("?")[0][:MAX_DESTINATION]
    return f"{scheme}{divider}{_without_user(rest)}"[:MAX_DESTINATION]


def _without_user(rest: str) -> str:
    """Return a URL without user and password, also a password with characters that end a host."""
    host = re.split(r"[/\\?#]", rest, maxsplit=1)[0]
    if "@" in host:
        rest = rest[host.rindex("@") + 1 :]
    elif (found := _WITH_PASSWORD.match(rest)) is not None:
        rest = rest[found.end() :]
    return re.split(r"[?#]", rest, maxsplit=1)[0]
