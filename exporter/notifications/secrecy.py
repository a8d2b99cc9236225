"""Keeps the secrets of a channel's address out of what is told of it.

Only of the standard library: the process that sends a message imports it too.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote, unquote_plus

MAX_ERROR = 300
"""The characters of an error that are kept."""

_SHORTEST = 3
"""Shorter parts are in nearly every text."""

_HIDDEN = "***"
_SEPARATORS = re.compile(r"[\s:@,;&=/?#+]")
_OPEN = frozenset({"format", "method", "mode", "overflow", "verify"})
"""Apprise's own options, whose values are its words: an error may have to name one."""

_LIST = re.compile(r"[\s,;]")
"""Each of several recipients may be told alone, or a part of it."""

_PORT = re.compile(r":[0-9]{1,5}")
_HOST = re.compile(
    r"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}|[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-f:.]+\]|localhost"
)
"""What may be shown. Many services have a token in the place of the host; it has no domain."""


def without_secrets(url: str, text: str) -> str:
    """Return a text without any part of an address but its scheme and host, in one bounded line.

    User, password, parts of the path and values of the query become ``***``, as they are written
    in the address, decoded, and as others encode them.
    """
    secrets = sorted(_secrets(url), key=len, reverse=True)
    if secrets:
        found = re.compile("|".join(map(re.escape, secrets)), re.IGNORECASE)
        text = found.sub(_HIDDEN, text)
    return bounded(text)


def bounded(text: str) -> str:
    """Return a text in one line of at most `MAX_ERROR` characters."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_ERROR else f"{line[: MAX_ERROR - 1]}\N{HORIZONTAL ELLIPSIS}"


def _secrets(url: str) -> set[str]:
    return {
        form
        for part in _parts(url)
        for piece in (part, *_LIST.split(part), *_SEPARATORS.split(part))
        for form in _forms(piece)
        if len(form) >= _SHORTEST
    }


def _parts(url: str) -> Iterator[str]:
    """Yield the parts of an address that may be secret."""
    _, separator, rest = url.partition("://")
    before, _, query = (rest if separator else url).partition("?")
    authority, *path = before.split("/")
    user, _, place = authority.rpartition("@")
    host = _HOST.match(place)
    known = host is not None and _PORT.fullmatch(f"{place[host.end() :] or ':0'}") is not None
    yield from (user, "" if known else place, *path)
    yield b64encode(unquote(user).encode(errors="replace")).decode()
    for pair in query.split("&"):
        name, separator, value = pair.partition("=")
        if name not in _OPEN:
            yield value if separator else name


def _forms(piece: str) -> Iterator[str]:
    """Yield a piece as it may appear in a text: decoded, or encoded by somebody else."""
    for plain in {piece, unquote(piece), unquote_plus(piece), unquote(unquote(piece))}:
        yield from (plain, repr(plain)[1:-1], json.dumps(plain)[1:-1])
        yield from (*_LIST.split(plain), *_SEPARATORS.split(plain))
        yield quote(plain, safe="", errors="replace")
        yield quote(plain, errors="replace")
        yield quote_plus(plain, errors="replace")
