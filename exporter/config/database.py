"""The address of the database: a file of SQLite, or a PostgreSQL that several daemons share."""

import re
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from exporter.config.parsers import parse_path

_URL = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)
# Up to the last @: one in a password should be written as %40, but often is not.
_PASSWORD = re.compile(r"(?<=://)([^:/?#]*):.*@|((?:ssl)?password=)[^&]*", re.IGNORECASE)


class PostgresUrl(Struct, frozen=True):
    """The address of a PostgreSQL; its text form, for logs and errors, has no password."""

    secret: str

    def __str__(self) -> str:
        return _PASSWORD.sub(_masked, self.secret)

    def __repr__(self) -> str:
        return f"PostgresUrl({str(self)!r})"


DatabaseAddress: TypeAlias = Path | PostgresUrl


def parse_database(text: str) -> DatabaseAddress:
    """Parse the path of a file, which need not exist, or the URL of a PostgreSQL.

    A file that holds the URL usually ends with a line break, which is not part of it.
    """
    given = text.rstrip("\r\n")
    return PostgresUrl(given) if _URL.match(given) else parse_path(given)


def _masked(found: re.Match[str]) -> str:
    user, key = found.groups()
    return f"{key}***" if key else f"{user}:***@"
