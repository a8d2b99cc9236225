"""The daemons that share a database now."""

import psycopg

from exporter.store.errors import StoreError
from exporter.store.postgres.address import Address
from exporter.store.postgres.connecting import reason
from exporter.store.postgres.session import PgSession, prepare
from exporter.store.values import Replica

_HEARD = """
SELECT id, url, version,
    CAST(floor(extract(epoch FROM heard) * 1000) AS bigint),
    CAST(floor(extract(epoch FROM clock_timestamp() - heard) * 1000) AS bigint),
    EXISTS (SELECT 1 FROM leases WHERE holder = writers.id AND until > clock_timestamp())
FROM writers WHERE heard > clock_timestamp() - interval '1 minute' ORDER BY url, id"""
_ID_DIGITS = 8


def list_replicas(url: str) -> list[Replica]:
    """Return the daemons that were seen in the last minute.

    Raises:
        StoreError: the database cannot be read.
    """
    address = Address(url)
    try:
        with psycopg.connect(address.conninfo) as connection:
            prepare(connection)
            rows = PgSession(connection).execute(_HEARD).fetchall()
    except psycopg.Error as error:
        raise StoreError(f"{address} cannot be read ({reason(error)})") from error
    return [Replica(_short(writer), *rest) for writer, *rest in rows]


def _short(writer: int) -> str:
    return f"{writer:016x}"[:_ID_DIGITS]
