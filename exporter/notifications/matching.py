"""Which servers and backups a table of the configuration is about."""

from collections.abc import Iterable
from fnmatch import fnmatchcase


def matches(patterns: Iterable[str], *names: str | None) -> bool:
    """Return whether a pattern such as ``laptop-*`` matches one of the names; case counts."""
    known = [name for name in names if name is not None]
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in known)
