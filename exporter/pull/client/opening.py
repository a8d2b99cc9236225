"""Clients of servers, and passwords from files."""

from pathlib import Path
from typing import TextIO

from exporter.config.pull_targets import PullTarget
from exporter.pull.client.errors import AccessError
from exporter.pull.client.server import DuplicatiServer
from exporter.pull.client.session import Session
from exporter.pull.client.transport import ConnectionOptions, Transport

_MAX_CHARACTERS = 4096


def open_server(target: PullTarget, password: str, options: ConnectionOptions) -> DuplicatiServer:
    """Return a client of a server; nothing is sent before the first request."""
    return DuplicatiServer(Session(Transport(target, options), target.name, password))


def read_password(path: Path) -> str:
    """Return the first line of a file.

    Raises:
        AccessError: the file does not exist, or cannot be read.
    """
    named = f"the password file {path}"
    try:
        with path.open(encoding="utf-8") as file:
            return first_line(file, named)
    except OSError as error:
        message = f"{named} cannot be read: {error.strerror}"
        raise AccessError(message) from error


def first_line(file: TextIO, named: str) -> str:
    """Return the password in the first line of an open file; `named` is its name in messages.

    Raises:
        AccessError: the first line is empty or not text.
    """
    try:
        password = file.readline(_MAX_CHARACTERS).rstrip("\r\n")
        password.encode()
    except UnicodeError:
        message = f"{named} cannot be read: it is not UTF-8 text"
        raise AccessError(message) from None
    if not password:
        message = f"{named} is empty: write the password into its first line"
        raise AccessError(message)
    return password
