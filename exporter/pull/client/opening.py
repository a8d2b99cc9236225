"""Clients of servers, and their secrets from files."""

import re
from pathlib import Path
from typing import TextIO

from exporter.config.pull_targets import PullTarget
from exporter.pull.client.errors import AccessError
from exporter.pull.client.server import DuplicatiServer
from exporter.pull.client.session import Session
from exporter.pull.client.transport import ConnectionOptions, Transport

_MAX_CHARACTERS = 4096
_TOKEN = re.compile(r"[!-~]+")
"""What a header may contain."""


def open_server(
    target: PullTarget, password: str, options: ConnectionOptions, token: str = ""
) -> DuplicatiServer:
    """Return a client of a server; nothing is sent before the first request."""
    return DuplicatiServer(Session(Transport(target, options), target.name, password, token))


def read_password(path: Path) -> str:
    """Return the first line of a file.

    Raises:
        AccessError: the file does not exist, or cannot be read.
    """
    return _read(path, "password")


def read_token(path: Path) -> str:
    """Return a long-lived token, the first line of a file.

    Raises:
        AccessError: the file does not exist, cannot be read, or holds no token.
    """
    token = _read(path, "token")
    if _TOKEN.fullmatch(token) is None:
        message = f"the token file {path} holds no token: its first line may have no spaces"
        raise AccessError(message)
    return token


def _read(path: Path, what: str) -> str:
    named = f"the {what} file {path}"
    try:
        with path.open(encoding="utf-8") as file:
            return first_line(file, named, what)
    except OSError as error:
        message = f"{named} cannot be read: {error.strerror}"
        raise AccessError(message) from error


def first_line(file: TextIO, named: str, what: str = "password") -> str:
    """Return the secret in the first line of an open file; `named` is its name in messages.

    Raises:
        AccessError: the first line is empty or not text.
    """
    try:
        secret = file.readline(_MAX_CHARACTERS).rstrip("\r\n")
        secret.encode()
    except UnicodeError:
        message = f"{named} cannot be read: it is not UTF-8 text"
        raise AccessError(message) from None
    if not secret:
        message = f"{named} is empty: write the {what} into its first line"
        raise AccessError(message)
    return secret
