"""A PgBouncer in front of a PostgreSQL of the tests: transactions share two connections."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.postgres import Postgres
from tests.support.process.commands import needed
from tests.support.process.waiting import eventually

_PORT = 6432
_SETTINGS = """[databases]
* = host={folder} user=postgres
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
"""


@contextmanager
def pooling(server: Postgres) -> Iterator[str]:
    """Run a PgBouncer; yield what has to be added to the URL of each database."""
    path = server.folder / "pgbouncer.ini"
    path.write_text(_SETTINGS.format(folder=server.folder, port=_PORT))
    process = subprocess.Popen(
        server.as_its_user(needed("pgbouncer"), "-q", path), stderr=subprocess.DEVNULL
    )
    try:
        socket = server.folder / f".s.PGSQL.{_PORT}"
        eventually(socket.exists, "PgBouncer listens")
        yield f"&port={_PORT}"
    finally:
        process.kill()
        process.wait()
