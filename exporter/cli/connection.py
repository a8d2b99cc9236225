"""A connection to the daemon of a database, whether one runs or not.

Every command uses HTTP. If a daemon has the database, the command calls it: it makes the change
itself and applies it at once. Otherwise a daemon runs here, on loopback, while the command runs.
"""

import contextlib
import secrets
import threading
from collections.abc import Iterator

from msgspec.structs import replace

from api.server.listening import listen
from exporter import logs
from exporter.auth import plain_token
from exporter.cli.api_client import Client, ClientError
from exporter.cli.daemon import admin_tokens, assemble, build_services, site_of, version
from exporter.cli.stores import is_missing, open_store
from exporter.config import Config
from exporter.store import Store, StoreError, StoreInUseError

_LOOPBACK = "127.0.0.1"
_COMMAND_LINE = "command line"


@contextlib.contextmanager
def connected(settings: Config) -> Iterator[Client]:
    """Yield a client of the daemon that has the configured database.

    Raises:
        StoreError: there is no such database, or it cannot be used.
        AdminTokenError: the admin token cannot be read or created.
    """
    if is_missing(settings.database):
        message = f"there is no database {settings.database}: name it with --database"
        raise StoreError(message)
    # Where nobody configured one, only the daemon that is started here has to know it.
    tokens = admin_tokens(settings) or (f"{secrets.token_urlsafe()} {_COMMAND_LINE}",)
    settings = replace(settings, admin_token=tokens)
    token = _token(settings)
    try:
        store = open_store(settings, version())
    except StoreInUseError as error:
        if not error.url:
            raise
        yield Client(error.url, token)
        return
    logs.set_up(settings.log_format, "error")
    with contextlib.closing(store), _serving(settings, store) as url:
        yield Client(url, token)


def _token(settings: Config) -> str:
    token = plain_token(settings.admin_token)
    if token is None:
        message = "the admin token is configured as its SHA-256, which cannot be sent"
        raise ClientError(f"{message}: give it in DUPLISTATUS_ADMIN_TOKEN")
    return token


@contextlib.contextmanager
def _serving(settings: Config, store: Store) -> Iterator[str]:
    with listen(_LOOPBACK, 0) as listening:
        url = f"http://{_LOOPBACK}:{listening.getsockname()[1]}"
        services = build_services(settings, store)
        server = assemble(site_of(services), services, listening)
        thread = threading.Thread(target=server.run, name="server")
        thread.start()
        try:
            yield url
        finally:
            server.stop()
            thread.join()
