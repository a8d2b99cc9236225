"""Clients of Duplicati servers, with their password and the system's proxy settings."""

from exporter.config.pull_targets import PullTarget
from exporter.proxies import system_proxy
from exporter.pull.client.opening import open_server, read_password
from exporter.pull.client.server import DuplicatiServer
from exporter.pull.client.transport import ConnectionOptions, Pause, sleep


def open_source(target: PullTarget, pause: Pause = sleep, password: str = "") -> DuplicatiServer:
    """Return a client of a server, with the password of its file if none is given.

    Raises:
        ServerError: its password or its certificates cannot be read.
    """
    if not password and target.password_file is not None:
        password = read_password(target.password_file)
    return open_server(target, password, ConnectionOptions(system_proxy(target.url), pause))
