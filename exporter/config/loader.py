"""The configuration: flags over environment over a TOML file over the defaults."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

from exporter.auth import Authorizer, Scope
from exporter.config import secrets
from exporter.config.database import DatabaseAddress
from exporter.config.options import ENVIRONMENT_PREFIX, OPTIONS, Option
from exporter.config.overrides import read_overrides
from exporter.config.parsers import Address, Network, parse_boolean
from exporter.config.pull_targets import PullTarget, read_targets
from exporter.config.secrets import Setting
from exporter.limits import Limits
from exporter.logs import LogFormat, LogLevel
from exporter.schedule.policy import Override, SchedulePolicy
from exporter.times import Millis

CONFIG_VARIABLE = "DUPLISTATUS_CONFIG"

_OVERRIDES, _TARGETS = "override", "pull"
_RENAMED = {"collect": _TARGETS, "collect_every": "pull_interval"}
"""Keys that were never released, and their new names."""

_LISTS = {option.name for option in OPTIONS if option.secret}
_BOOLEANS = {option.name for option in OPTIONS if option.parse is parse_boolean}
_KUBERNETES = re.compile(
    r"DUPLISTATUS_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_[A-Z_]+)?)"
)
"""Kubernetes sets such variables in every container beside a service called duplistatus or
duplistatus-something: the form of its names, https://kubernetes.io/docs/concepts/services-networking."""


class Config(Struct, frozen=True):
    """The validated configuration of the daemon."""

    listen: Address
    database: DatabaseAddress
    log_format: LogFormat
    log_level: LogLevel
    upload_tokens: tuple[str, ...]
    read_tokens: tuple[str, ...]
    metrics_tokens: tuple[str, ...]
    admin_token: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    allowed_origins: frozenset[str]
    allowed_hosts: frozenset[str]
    page: bool
    limits: Limits
    keep_runs: Millis | None
    keep_messages: Millis | None
    stall_after: Millis
    pull_interval: Millis | None
    policy: SchedulePolicy
    pull_targets: tuple[PullTarget, ...]

    def access(self, admin_token: tuple[str, ...]) -> Authorizer:
        """Return the authorizer, with the given admin tokens."""
        return Authorizer.from_entries(
            {
                Scope.UPLOAD: self.upload_tokens,
                Scope.READ: self.read_tokens,
                Scope.METRICS: self.metrics_tokens,
                Scope.MANAGE: admin_token,
            }
        )


class ConfigError(Exception):
    """The configuration is invalid; `problems` has every error, a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class RawSettings(NamedTuple):
    """The values from all sources: a setting for each option, the tables, and the problems."""

    settings: Mapping[str, Setting]
    overrides: tuple[Override, ...]
    pull_targets: tuple[PullTarget, ...]
    problems: list[str]


class _File(NamedTuple):
    settings: Mapping[str, Setting] = {}
    overrides: tuple[Override, ...] = ()
    pull_targets: tuple[PullTarget, ...] = ()
    problems: tuple[str, ...] = ()


def load(flags: Mapping[str, str | None], environment: Mapping[str, str]) -> Config:
    """Load and validate the configuration.

    Args:
        flags: option names and ``config`` to the values of the command line.
        environment: the process's variables. They may name files with secrets.

    Raises:
        ConfigError: with every error of all three sources.
    """
    settings, overrides, targets, problems = gather(flags, environment)
    values: dict[str, Any] = {}
    for option in OPTIONS:
        setting = settings[option.name]
        try:
            values[option.name] = option.parse(setting.value)
        except ValueError as error:
            problems.append(f"{setting.source}: {error}")
    if problems:
        raise ConfigError(problems)
    interval, tolerance = values.pop("expected_interval"), values.pop("tolerance")
    limits = Limits(**{name: values.pop(name) for name in Limits.__struct_fields__})
    policy = SchedulePolicy(interval, tolerance, overrides)
    return Config(**values, limits=limits, policy=policy, pull_targets=targets)


def gather(flags: Mapping[str, str | None], environment: Mapping[str, str]) -> RawSettings:
    """Return every value with its source, before validation."""
    path = flags.get("config") or environment.get(CONFIG_VARIABLE)
    file = _read_file(path) if path else _File()
    hidden, unreadable = secrets.read(environment)
    settings = {
        option.name: _setting(option, flags, environment, hidden, file.settings)
        for option in OPTIONS
    }
    problems = [*file.problems, *unreadable, *_unknown_variables(environment)]
    return RawSettings(settings, file.overrides, file.pull_targets, problems)


def _setting(
    option: Option,
    flags: Mapping[str, str | None],
    environment: Mapping[str, str],
    *files: Mapping[str, Setting],
) -> Setting:
    sources = (
        Setting(flags.get(option.name) or "", option.flag or ""),
        Setting(environment.get(option.variable, ""), option.variable),
        *(file.get(option.name, Setting("", "")) for file in files),
    )
    default = Setting(option.default, "default")
    return next((setting for setting in sources if setting.value), default)


def _read_file(path: str) -> _File:
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        return _File(problems=(f"{path} cannot be read: {error.strerror}",))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return _File(problems=(f"{path} is not valid TOML: {error}",))
    overrides, wrong = read_overrides(content.pop(_OVERRIDES, []))
    targets, wrong_too = read_targets(content.pop(_TARGETS, []))
    settings, problems = _read_settings(path, content)
    problems += [f"{path}: {each}" for each in (*wrong, *wrong_too)]
    return _File(settings, overrides, targets, tuple(problems))


def _read_settings(
    path: str, content: Mapping[str, object]
) -> tuple[dict[str, Setting], list[str]]:
    known = sorted([*(option.name for option in OPTIONS), _OVERRIDES, _TARGETS])
    settings, problems = {}, []
    for key, value in content.items():
        text = _text(key, value)
        if key not in known:
            problems.append(f"{path}: {_unknown(key, known)}")
        elif text is None:
            right = "true or false" if key in _BOOLEANS else "a string or a whole number"
            problems.append(f"{path}: {key} must be {right}")
        else:
            settings[key] = Setting(text, f"{path}: {key}")
    return settings, problems


def _unknown(key: str, known: Iterable[str]) -> str:
    if key in _RENAMED:
        return f"{key} was renamed to {_RENAMED[key]}"
    return f"{key} is unknown; expected one of {', '.join(known)}"


def _text(key: str, value: object) -> str | None:
    """Return a value of the file as text; None if its type is wrong."""
    if isinstance(value, list) and key in _LISTS and value:
        return "\n".join(map(str, [*value, ""]))
    if isinstance(value, bool):
        return str(value).lower() if key in _BOOLEANS else None
    return str(value) if isinstance(value, str | int) and value != "" else None


def _unknown_variables(environment: Mapping[str, str]) -> list[str]:
    known = {CONFIG_VARIABLE, *(option.variable for option in OPTIONS), *secrets.VARIABLES}
    return [
        f"{name} is unknown; expected one of {', '.join(sorted(known))}"
        for name in sorted(environment)
        if name.startswith(ENVIRONMENT_PREFIX)
        and name not in known
        and _KUBERNETES.fullmatch(name) is None
    ]
