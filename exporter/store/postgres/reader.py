"""Reading all that a PostgreSQL holds, also while daemons use it."""

from collections.abc import Callable
from typing import TypeVar

import psycopg

from exporter.store.errors import StoreError
from exporter.store.postgres.address import Address
from exporter.store.postgres.connecting import reason
from exporter.store.postgres.session import PgSession, prepare
from exporter.store.rules.records import RecordsReader
from exporter.store.session import Session

Answer = TypeVar("Answer")


def open_reader(url: str) -> RecordsReader:
    """Open a database to read all of it; each answer is one snapshot.

    Raises:
        StoreError: it cannot be read, now or later.
    """
    address = Address(url)

    def look(ask: Callable[[Session], Answer]) -> Answer:
        try:
            with psycopg.connect(address.conninfo, prepare_threshold=None) as connection:
                prepare(connection)
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                return ask(PgSession(connection))
        except psycopg.Error as error:
            raise StoreError(f"{address} cannot be read ({reason(error)})") from error

    return RecordsReader(look)
