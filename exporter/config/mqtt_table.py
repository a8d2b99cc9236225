"""The ``[mqtt]`` table of the configuration file."""

import re
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from exporter.config.addresses import parse_channel_url, read_secret_file, read_url
from exporter.config.table import Table

MQTT = "mqtt"
KEYS = ("url", "url_file", "password_file", "ca_file", "prefix", "discovery_prefix")
"""Of the ``[mqtt]`` table."""

PREFIX = "duplistatus"
DISCOVERY_PREFIX = "homeassistant"
"""What Home Assistant has unless it is told otherwise."""

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.){0,30}[a-z0-9_-]{1,63}|[0-9a-f:.]{2,45}", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9_-]{1,64}(?:/[A-Za-z0-9_-]{1,64}){0,7}", re.ASCII)
_MAX_PASSWORD = 1000
_EXAMPLE = "mqtt://USER:PASSWORD@HOST:1883"


class Broker(Struct, frozen=True):
    """A broker of MQTT, and below which topics is published there.

    `user` and `password` are None where none is needed. `prefix` is the first part of our own
    topics, `discovery_prefix` that of those in which Home Assistant looks for devices.
    """

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    prefix: str = PREFIX
    discovery_prefix: str = DISCOVERY_PREFIX

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"

    def __repr__(self) -> str:
        return f"Broker({str(self)!r})"


def read_mqtt(value: object, credentials: Path | None) -> tuple[Broker | None, list[str]]:
    """Read the table.

    Args:
        value: what the file has under its name; None where it has no such table.
        credentials: the folder of systemd's, which may have the address.

    Returns:
        The broker, None where there is none or it cannot be used, and the problems, a line each.
    """
    if value is None:
        return None, []
    if not isinstance(value, dict):
        return None, ["mqtt must be a table, started by a line [mqtt]"]
    table = Table(value, KEYS)
    broker = _read(table, credentials)
    return (None if table.problems else broker), [f"{MQTT}: {each}" for each in table.problems]


def parse_prefix(text: str) -> str:
    """Parse the first part of topics."""
    if _PREFIX.fullmatch(text) is None:
        message = f"{text[:40]!r} must be of letters, digits, - and _, with / between its parts"
        raise ValueError(message)
    return text


def parse_broker(text: str) -> Broker:
    """Parse the address of a broker; no error repeats any of it, for it may have a password."""
    parts = _split(parse_channel_url(text).secret)
    user, password = parts.username, parts.password
    return Broker(
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        user=unquote(user) if user else None,
        password=unquote(password) if password else None,
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        _refuse()
    if parts.scheme not in _PORTS or port == 0 or not _HOST.fullmatch(parts.hostname or ""):
        _refuse()
    if parts.path.strip("/") or parts.query or parts.fragment:
        message = f"has more than a host and a port: write it as {_EXAMPLE}"
        raise ValueError(message)
    return parts


def _refuse() -> NoReturn:
    message = f"is not an address of a broker: write it as {_EXAMPLE}"
    raise ValueError(message) from None


def _read(table: Table, credentials: Path | None) -> Broker | None:
    address = read_url(table, credentials / f"{MQTT}.url" if credentials else None)
    broker = table.parse("url", address, parse_broker, None)
    prefix = table.parsed("prefix", parse_prefix, PREFIX)
    discovery = table.parsed("discovery_prefix", parse_prefix, DISCOVERY_PREFIX)
    password, ca_file = _read_password(table), table.text("ca_file")
    if broker is None:
        return None
    table.problems += _contradictions(broker, password, ca_file)
    return replace(
        broker,
        password=password or broker.password,
        ca_file=Path(ca_file).expanduser() if ca_file else None,
        prefix=prefix,
        discovery_prefix=discovery,
    )


def _read_password(table: Table) -> str:
    """Return the content of the file; its line break is not part of the password."""
    path = table.text("password_file")
    if not path:
        return ""
    content = read_secret_file(table, Path(path).expanduser(), "password_file")
    password = content.rstrip("\r\n")
    if content and not 0 < len(password) <= _MAX_PASSWORD:
        table.problems.append(f"password_file: {path} must have 1 to {_MAX_PASSWORD} characters")
    return password


def _contradictions(broker: Broker, password: str, ca_file: str) -> list[str]:
    problems = []
    if password and broker.password:
        problems.append("password_file: the address has a password, too: keep one")
    if (password or broker.password) and not broker.user:
        problems.append("url has no user for the password: write mqtt://USER@HOST")
    if ca_file and not broker.tls:
        problems.append("ca_file: an address with mqtt:// has no certificate: write mqtts://")
    if ca_file and broker.tls and not Path(ca_file).expanduser().is_file():
        problems.append(f"ca_file: {ca_file} is not a file")
    return problems
