"""A server made ready to be asked, with the password that its file holds."""

from pathlib import Path

from exporter.duplicati_server.errors import NoAccessError
from exporter.duplicati_server.server import DuplicatiServer
from exporter.duplicati_server.session import Session
from exporter.duplicati_server.sources import Source
from exporter.duplicati_server.transport import Route, Transport

_MOST_CHARACTERS = 4096


def open_server(source: Source, password: str, route: Route) -> DuplicatiServer:
    """Return a server to ask; nothing is sent before the first question."""
    return DuplicatiServer(Session(Transport(source, route), source.name, password))


def read_password(path: Path) -> str:
    """Return the first line of a file.

    Raises:
        NoAccessError: there is none, or it is not to be read.
    """
    try:
        with path.open(encoding="utf-8") as file:
            password = file.readline(_MOST_CHARACTERS).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        message = f"the password file {path} can not be read: {reason}"
        raise NoAccessError(message) from error
    if not password:
        message = f"the password file {path} is empty: write the password into its first line"
        raise NoAccessError(message)
    return password
