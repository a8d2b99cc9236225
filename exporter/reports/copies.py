"""Second copies: what a report tells of synchronizing its destination with others.

Duplicati lists each destination that went well; one that failed, or was skipped, it leaves out and
tells in a line of the log, where the log level asks for it (since 2.3).
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
"""A URL or a path: a line that names one tells of that destination alone."""

_WITH_PASSWORD = re.compile(r"[^/\\@:]*:(?![0-9]{1,5}(?:[/?#]|$)|[\\/])[^@]*@")
"""A user and a password that holds a slash; a port is no password."""


def copying(
    results: Reader, messages: Iterable[Message], ended: Status, at: Millis | None
) -> Copying | None:
    """Return what a run told of its second copies, None where it could tell nothing.

    Args:
        results: what it told.
        messages: all lines of its log.
        ended: how the whole run ended; of one that died no nested result is believed.
        at: when it ended, or began where that is all that is known.
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
    could_tell = KEY in results.values and (value is None or isinstance(value, list))
    return Copying(CopyOutcome.UNTOLD) if could_tell else None


def _said(messages: Iterable[Message]) -> CopyOutcome | None:
    """Return what the lines of the log tell: a copy that was missed weighs more."""
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
            results.oddities.note(path[:-1], "tells no destination or no time, left out")
        else:
            yield copy


def _copy(entry: Reader, at: Millis | None) -> SecondCopy | None:
    ended = entry.timestamp("EndTime") or entry.timestamp("BeginTime") or at
    destination = entry.text("Destination")
    if destination is None or ended is None:
        return None
    damaged, judged = entry.count("FailedVerificationCount"), status(entry)
    return SecondCopy(
        destination=short_name(without_secrets(destination)),
        at=ended,
        status=judged.worse(Status.WARNING) if damaged else judged,
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
    """Leave out user and password, also a password with characters that end a host."""
    host = re.split(r"[/\\?#]", rest, maxsplit=1)[0]
    if "@" in host:
        rest = rest[host.rindex("@") + 1 :]
    elif (found := _WITH_PASSWORD.match(rest)) is not None:
        rest = rest[found.end() :]
    return re.split(r"[?#]", rest, maxsplit=1)[0]
