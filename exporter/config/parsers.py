"""Parsers of the options' texts. The text of an error does not name the option."""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from exporter import regional
from exporter.schedule.expressions import parse_zone
from exporter.times import DAY, MINUTE, Millis, parse_duration

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

FOREVER = "forever"
NEVER = "never"
MACHINE = "machine"

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.\-]{0,251}[a-z0-9_])?", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+", re.ASCII)


class Address(NamedTuple):
    """An address to listen on; no host means every interface."""

    host: str | None
    port: int


def parse_address(text: str) -> Address:
    """Parse an address to listen on."""
    host, separator, port = text.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - TCP's last port
        message = f"{text!r} is not HOST:PORT: write 127.0.0.1:9666, [::1]:9666 or *:9666"
        raise ValueError(message)
    bare = host.removeprefix("[").removesuffix("]")
    return Address(None if bare in ("", "*") else bare, int(port))


def parse_path(text: str) -> Path:
    """Parse the path of a file, which need not exist."""
    if not text or "\0" in text:
        raise ValueError("is not a file name")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        message = f"{text!r} names a user that does not exist on this machine"
        raise ValueError(message) from None


class OneOf:
    """Parses one of some words, which the completion of shells asks for, too."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __call__(self, text: str) -> str:
        """Return the text.

        Raises:
            ValueError: it is none of the words.
        """
        if text not in self.words:
            message = f"{text!r} must be one of {', '.join(self.words)}"
            raise ValueError(message)
        return text


def integer_parser(least: int, most: int) -> Callable[[str], int]:
    """Return a parser that accepts a whole number within bounds."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            message = f"{text!r} must be a whole number from {least} to {most}"
            raise ValueError(message)
        return int(text)

    return parse


def parse_boolean(text: str) -> bool:
    """Parse true or false."""
    if text not in ("true", "false"):
        message = f"{text!r} must be true or false"
        raise ValueError(message)
    return text == "true"


def parse_timezone(text: str) -> str:
    """Parse the name of a time zone; "machine" is that of this machine."""
    return regional.machine_zone() if text == MACHINE else parse_zone(text)


def parse_retention(text: str) -> Millis | None:
    """Parse a retention; None is forever."""
    if text == FOREVER:
        return None
    duration = parse_duration(text)
    if duration < DAY:
        message = f"{text!r} is too short: write at least 1d, or {FOREVER}"
        raise ValueError(message)
    return duration


def parse_poll_interval(text: str) -> Millis | None:
    """Parse an interval between polls; None is never."""
    if text == NEVER:
        return None
    duration = parse_duration(text)
    if duration < MINUTE:
        message = f"{text!r} is too often: write at least 1m, or {NEVER}"
        raise ValueError(message)
    return duration


def parse_networks(text: str) -> tuple[Network, ...]:
    """Parse addresses and networks."""
    return tuple(_parse_network(each) for each in _split(text))


def parse_origins(text: str) -> frozenset[str]:
    """Parse origins as browsers send them."""
    found = frozenset(_split(text))
    for each in found:
        if _ORIGIN.fullmatch(each) is None:
            message = f"{each!r} is not an origin: write https://page.example, without a path"
            raise ValueError(message)
    return found


def parse_hosts(text: str) -> frozenset[str]:
    """Parse host names, in lower case and without the final dot."""
    found = frozenset(each.lower().removesuffix(".") for each in _split(text))
    for each in found:
        if _HOST.fullmatch(each) is None:
            message = f"{each!r} is not a host name: write nas.example, without scheme and port"
            raise ValueError(message)
    return found


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _parse_network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        message = f"{text!r} is not an address or network: write 127.0.0.1 or 10.0.0.0/8"
        raise ValueError(message) from None
