"""The users of a web configuration file of Prometheus, each with the bcrypt hash of a password.

bcrypt is slow on purpose, and a scrape comes every few seconds: what came of a check is kept, under
a digest whose key nobody knows. Right and wrong ones are kept apart, so guesses displace no user.
"""

import hmac
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from types import ModuleType

MOST_COST = 14
"""Rounds, as a power of two: about a second on a slow machine. 10 is usual."""

MISSING = "web_config_file needs an extra: install duplistatus-exporter[web]"

_KEPT = 100
_LEAST_COST = 4
_MOST_BYTES = 72
"""All that bcrypt takes of a password: other programs cut it there, this library refuses it."""

_HASH = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}", re.ASCII)


class WebUsers:
    """Knows users by their passwords. Thread-safe."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        """Take at least one user, whose hash is one."""
        self._bcrypt = require_library()
        self._hashes = {user: stored.encode() for user, stored in hashes.items()}
        self._key = secrets.token_bytes()
        self._kept = {True: _Recent(), False: _Recent()}
        self.checking = threading.Lock()
        """To be held for a check: guesses do not use more than one processor."""

    def remembered(self, user: str, password: str) -> bool | None:
        """Return what came of the same check before, None if it was not made."""
        digest = self._digest(user, password)
        return next((right for right, kept in self._kept.items() if digest in kept), None)

    def check(self, user: str, password: str) -> bool:
        """Return whether it is the user's password; it takes as long for one that is unknown."""
        somebody = next(iter(self._hashes.values()))
        stored = self._hashes.get(user, somebody)
        right = self._is_password(password, stored) and user in self._hashes
        self._kept[right].add(self._digest(user, password))
        return right

    def _is_password(self, password: str, stored: bytes) -> bool:
        typed = password.encode(errors="surrogatepass")[:_MOST_BYTES]
        try:
            return bool(self._bcrypt.checkpw(typed, stored))
        except ValueError:  # a NUL, which no hash was made of
            return False

    def _digest(self, user: str, password: str) -> bytes:
        text = f"{len(user)}:{user}{password}"
        return hmac.digest(self._key, text.encode(errors="surrogatepass"), "sha256")


class _Recent:
    """The digests that came last."""

    def __init__(self) -> None:
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._digests

    def add(self, digest: bytes) -> None:
        self._digests[digest] = None
        if len(self._digests) > _KEPT:
            self._digests.popitem(last=False)


def require_library() -> ModuleType:
    """Return bcrypt.

    Raises:
        ValueError: it is not installed.
    """
    try:
        import bcrypt  # noqa: PLC0415 - only who has such a file needs it
    except ImportError:
        raise ValueError(MISSING) from None
    return bcrypt


def fault_of(stored: str) -> str | None:
    """Return what is wrong with a hash, None if it can be used."""
    found = _HASH.fullmatch(stored)
    if found is None:
        return "is not a bcrypt hash: write what htpasswd -nBC 10 USER prints after the colon"
    if not _LEAST_COST <= int(found[1]) <= MOST_COST:
        return f"has a cost of {int(found[1])}: make one of {_LEAST_COST} to {MOST_COST}"
    return None
