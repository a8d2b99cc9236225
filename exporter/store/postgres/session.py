"""Runs the statements of the rules in PostgreSQL."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeAlias, cast

from psycopg import Connection, RawCursor
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumperUnknown

from exporter.store.session import Row, Values

PgConnection: TypeAlias = Connection[Row]
Cursor: TypeAlias = RawCursor[Row]

_NOTHING = ""
_MARK = re.compile(r"\?|(?<![:\w]):([a-z_]+)")


class _Text(StrDumperUnknown):
    """Text without NUL, which PostgreSQL cannot store."""

    def dump(self, obj: str) -> bytes:
        return obj.replace("\0", "\ufffd").encode()


def prepare(connection: PgConnection) -> None:
    """Make a connection send values so that equal statements stay equal.

    Integers are always eight bytes: by default their size, and so the statement, depends on their
    value.
    """
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_dumper(str, _Text)


def prepare_if_direct(connection: PgConnection) -> None:
    """Do the same, and turn off prepared statements behind a pooler. Needs autocommit.

    A pooler may run a transaction in another session, in which the name of a statement is unknown
    or names another one. It is recognized by the process that answers: it is not the one that was
    announced when the connection was made.
    """
    prepare(connection)
    answered = connection.execute("SELECT pg_backend_pid()").fetchone()
    if answered is None or answered[0] != connection.info.backend_pid:
        connection.prepare_threshold = None


class PgSession:
    """Runs the statements of the rules on a connection. Not thread-safe."""

    def __init__(self, connection: PgConnection) -> None:
        self.connection = connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """Send the statements of a block in one round trip, at its end or where one is answered."""
        with self.connection.pipeline():
            yield
        if self._may_be_kept():
            self.connection.execute(_NOTHING)

    def _may_be_kept(self) -> bool:
        """Return whether a pooler may keep its connection for us though nothing is under way.

        psycopg ends each pipeline by asking for what is left of the answer (a Flush after the Sync,
        seen in 3.3.9). If that comes after the answer, PgBouncer lends a connection for it, and
        takes it back only after another answer (seen in 1.18 and 1.24): with few connections, all
        daemons then wait for each other.
        """
        is_pooled = self.connection.prepare_threshold is None
        return is_pooled and self.connection.info.transaction_status == TransactionStatus.IDLE

    def execute(self, statement: str, values: Values = (), /) -> Cursor:
        """Run one statement; within a pipeline its answer is read when it is needed."""
        query, names = _translated(statement)
        given = (
            values if names is None else [cast("dict[str, Any]", values)[each] for each in names]
        )
        cursor = RawCursor(self.connection)
        return cursor.execute(query, list(given), binary=True)


@lru_cache(maxsize=1024)
def _translated(statement: str) -> tuple[str, tuple[str, ...] | None]:
    """Return a statement with numbered values, and the names of those that were named."""
    names: list[str] = []
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        name = found[1]
        if name is None:
            count += 1
            return f"${count}"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    query = _MARK.sub(number, statement)
    return query, tuple(names) if names else None
