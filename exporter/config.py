"""The configuration: flags over environment over a TOML file over the defaults.

Every option is one `Option`: the flags, the environment's names, the file's keys and the help all
come from it.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

from exporter.logs import LogFormat, LogLevel
from exporter.times import Millis, parse_interval

ENVIRONMENT_PREFIX = "DUPLISTATUS_"
CONFIG_VARIABLE = "DUPLISTATUS_CONFIG"

_KUBERNETES = ("DUPLISTATUS_PORT", "DUPLISTATUS_SERVICE_")
"""Kubernetes sets such variables in every container beside a service called duplistatus."""

_MEBIBYTE = 1024 * 1024


class Address(NamedTuple):
    """Where to listen; no host means every interface."""

    host: str | None
    port: int


class Config(Struct, frozen=True):
    """What the daemon is told, checked."""

    listen: Address
    database: Path
    log_format: LogFormat
    log_level: LogLevel
    max_upload_bytes: int
    expected_interval: Millis
    tolerance: Millis


class ConfigError(Exception):
    """The configuration is wrong; `problems` holds every one of its faults, a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Option(NamedTuple):
    """One option: its key in the file, its default as a person writes it, what it does."""

    name: str
    default: str
    metavar: str
    help: str
    parse: Callable[[str], Any]

    @property
    def flag(self) -> str:
        """The option on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The option in the environment."""
        return ENVIRONMENT_PREFIX + self.name.upper()


class Setting(NamedTuple):
    """A value as it was given, and where."""

    value: str
    source: str


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
    return Path(text).expanduser()


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
)


def load(flags: Mapping[str, str | None], environment: Mapping[str, str]) -> Config:
    """Put a configuration together.

    Args:
        flags: option names and ``config`` to what the command line gave.
        environment: the process's variables.

    Raises:
        ConfigError: with every fault of all three sources.
    """
    settings, problems = gather(flags, environment)
    values: dict[str, Any] = {}
    for option in OPTIONS:
        setting = settings[option.name]
        try:
            values[option.name] = option.parse(setting.value)
        except ValueError as error:
            problems.append(f"{setting.source}: {error}")
    if problems:
        raise ConfigError(problems)
    return Config(**values)


def gather(
    flags: Mapping[str, str | None], environment: Mapping[str, str]
) -> tuple[dict[str, Setting], list[str]]:
    """Return each option as given and by whom, and what is wrong with the sources."""
    path = flags.get("config") or environment.get(CONFIG_VARIABLE)
    from_file, problems = _read_file(path) if path else ({}, [])
    problems += _unknown_variables(environment)
    settings = {}
    for option in OPTIONS:
        given = (
            Setting(flags.get(option.name) or "", option.flag),
            Setting(environment.get(option.variable, ""), option.variable),
            from_file.get(option.name, Setting("", "")),
        )
        default = Setting(option.default, "default")
        settings[option.name] = next((setting for setting in given if setting.value), default)
    return settings, problems


def _read_file(path: str) -> tuple[dict[str, Setting], list[str]]:
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        return {}, [f"{path} can not be read: {error.strerror}"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [f"{path} is no TOML: {error}"]
    known = {option.name for option in OPTIONS}
    settings, problems = {}, []
    for key, value in content.items():
        if key not in known:
            problems.append(f"{path}: {key} is unknown; known are {', '.join(sorted(known))}")
        elif isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            problems.append(f"{path}: {key} must be a text or a whole number")
        else:
            settings[key] = Setting(str(value), f"{path}: {key}")
    return settings, problems


def _unknown_variables(environment: Mapping[str, str]) -> list[str]:
    known = {CONFIG_VARIABLE, *(option.variable for option in OPTIONS)}
    return [
        f"{name} is unknown; known are {', '.join(sorted(known))}"
        for name in sorted(environment)
        if name.startswith(ENVIRONMENT_PREFIX)
        and name not in known
        and not name.startswith(_KUBERNETES)
    ]
