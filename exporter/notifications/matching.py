"""Which servers and backups somebody is told of: patterns such as ``laptop-*``. Pure."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Protocol

from exporter.jobs.job import Job
from exporter.model import Server
from exporter.model.tags import has_all

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


class Matching(Protocol):
    """Which jobs are meant: `servers` and `backups` are patterns, `tags` all have to be there."""

    @property
    def servers(self) -> tuple[str, ...]:
        """Patterns of the names of servers."""
        ...

    @property
    def backups(self) -> tuple[str, ...]:
        """Patterns of the names of jobs."""
        ...

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags of the job or its server."""
        ...


def matches_job(meant: Matching, server: Server, job: Job) -> bool:
    """Return whether a job matches, by its name, by its server and by the tags of both."""
    return (
        has_all(meant.tags, server.tags, job.settings.tags)
        and matches(meant.backups, job.name)
        and matches_server(meant.servers, server)
    )


def _match(name: str, pattern: str) -> bool:
    """Match without fnmatch's brackets: names of backups contain them."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))
