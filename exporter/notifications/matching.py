"""Which servers and backups somebody is told of: patterns such as ``laptop-*``. Pure."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from exporter.model import Server

ANY = "*"


def matches(patterns: Sequence[str], *names: str | None) -> bool:
    """Return whether one of the names matches one of the patterns.

    ``*`` stands for any text and ``?`` for one character, as in ``[[override]]``.
    """
    known = [name for name in names if name is not None]
    if ANY in patterns:
        return bool(known)
    return any(_match(name, pattern) for pattern in patterns for name in known)


def matches_server(patterns: Sequence[str], server: Server) -> bool:
    """Return whether a server matches, by its name or by its alias."""
    return matches(patterns, server.name, server.alias)


def matches_job(
    servers: Sequence[str], backups: Sequence[str], server: Server, backup: str
) -> bool:
    """Return whether a job matches, by its name and by its server."""
    return matches(backups, backup) and matches_server(servers, server)


def _match(name: str, pattern: str) -> bool:
    """Match without fnmatch's brackets: names of backups contain them."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))
