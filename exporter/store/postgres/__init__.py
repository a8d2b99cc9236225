"""The store in PostgreSQL, which several daemons share. Needs the extra `postgresql`."""

from exporter.store.postgres.checking import check_database
from exporter.store.postgres.copying import PgSource, PgTarget
from exporter.store.postgres.reader import open_reader
from exporter.store.postgres.replicas import list_replicas
from exporter.store.postgres.store import Store

__all__ = ["PgSource", "PgTarget", "Store", "check_database", "list_replicas", "open_reader"]
