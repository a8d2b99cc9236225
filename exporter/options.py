"""The options: their names, defaults, help, and how each is read.

The flags, the environment's names, the file's keys and the help all come from this list.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from exporter.times import parse_interval

ENVIRONMENT_PREFIX = "DUPLISTATUS_"

_MEBIBYTE = 1024 * 1024
_SHORTEST_TOKEN = 16


class Address(NamedTuple):
    """Where to listen; no host means every interface."""

    host: str | None
    port: int


class Option(NamedTuple):
    """One option: its key in the file, its default as a person writes it, what it does."""

    name: str
    default: str
    metavar: str
    help: str
    parse: Callable[[str], Any]
    secret: bool = False

    @property
    def flag(self) -> str | None:
        """The option on the command line, where every user of the machine can read it."""
        return None if self.secret else "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The option in the environment."""
        return ENVIRONMENT_PREFIX + self.name.upper()


def _address(text: str) -> Address:
    host, separator, port = text.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - TCP's last port
        message = f"{text!r} is no HOST:PORT: write 127.0.0.1:9666, [::1]:9666 or *:9666"
        raise ValueError(message)
    bare = host.removeprefix("[").removesuffix("]")
    return Address(None if bare in ("", "*") else bare, int(port))


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError("is no file name")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        message = f"{text!r} names a user this machine does not know"
        raise ValueError(message) from None


def _choice(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            message = f"{text!r} is none of {', '.join(choices)}"
            raise ValueError(message)
        return text

    return parse


def _integer(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            message = f"{text!r} is no whole number from {least} to {most}"
            raise ValueError(message)
        return int(text)

    return parse


def _token(text: str) -> str:
    if len(text) < _SHORTEST_TOKEN or not text.isascii() or not text.isprintable() or " " in text:
        message = f"must be at least {_SHORTEST_TOKEN} printable ASCII characters without spaces"
        raise ValueError(message)
    return text


OPTIONS = (
    Option(
        "listen",
        "*:9666",
        "HOST:PORT",
        "address and port to serve; * is every interface",
        _address,
    ),
    Option(
        "database",
        "duplistatus.sqlite",
        "PATH",
        "the SQLite file that keeps the reports; made where there is none",
        _path,
    ),
    Option(
        "log_format",
        "human",
        "FORMAT",
        "how events are written to stderr: human or json",
        _choice("human", "json"),
    ),
    Option(
        "log_level",
        "info",
        "LEVEL",
        "the least grave events to write: debug, info, warning or error",
        _choice("debug", "info", "warning", "error"),
    ),
    Option(
        "max_upload_bytes",
        str(32 * _MEBIBYTE),
        "BYTES",
        "the largest report to accept",
        _integer(1024, 1024 * _MEBIBYTE),
    ),
    Option(
        "expected_interval",
        "1d",
        "TIME",
        "how often a backup is expected that reports no schedule: 12h, 1d, 1w",
        parse_interval,
    ),
    Option(
        "tolerance",
        "1h",
        "TIME",
        "how late a backup may be before it is overdue: 30m, 2h",
        parse_interval,
    ),
    Option(
        "admin_token",
        "",
        "TOKEN",
        "what changes must carry; empty makes one in PATH.admin-token",
        lambda text: _token(text) if text else None,
        secret=True,
    ),
)
