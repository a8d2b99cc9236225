"""The configuration: flags over environment over a TOML file over the defaults."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

from exporter.auth import Authorizer, Scope
from exporter.config import secrets
from exporter.config.database import DatabaseAddress
from exporter.config.file import File, Tables, read_file
from exporter.config.mqtt_table import Broker
from exporter.config.notifications import Notifications
from exporter.config.option import ENVIRONMENT_PREFIX, Option
from exporter.config.options import OPTIONS
from exporter.config.parsers import Address, Network
from exporter.config.pull_targets import PullTarget
from exporter.config.secrets import Setting
from exporter.config.telling import NAMES, ambiguous, assemble
from exporter.limits import Limits
from exporter.logs import LogFormat, LogLevel
from exporter.schedule.policy import ExpectedBackup, SchedulePolicy, planned
from exporter.times import Millis
from exporter.web_users import WebUsers

CONFIG_VARIABLE = "DUPLISTATUS_CONFIG"

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
    web_config_file: Mapping[str, str]
    trusted_proxies: tuple[Network, ...]
    allowed_origins: frozenset[str]
    allowed_hosts: frozenset[str]
    page: bool
    route_prefix: str
    timezone: str
    limits: Limits
    keep_runs: Millis | None
    keep_messages: Millis | None
    stall_after: Millis
    pull_interval: Millis | None
    policy: SchedulePolicy
    pull_targets: tuple[PullTarget, ...]
    notifications: Notifications
    broker: Broker | None = None
    expected: tuple[ExpectedBackup, ...] = ()

    def access(self, admin_token: tuple[str, ...]) -> Authorizer:
        """Return the authorizer, with the given admin tokens."""
        return Authorizer.from_entries(
            {
                Scope.UPLOAD: self.upload_tokens,
                Scope.READ: self.read_tokens,
                Scope.METRICS: self.metrics_tokens,
                Scope.MANAGE: admin_token,
            },
            WebUsers(self.web_config_file) if self.web_config_file else None,
        )


class ConfigError(Exception):
    """The configuration is invalid; `problems` has every error, a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class RawSettings(NamedTuple):
    """The values from all sources: a setting for each option, the tables, and the problems."""

    settings: Mapping[str, Setting]
    tables: Tables
    problems: list[str]


def load(flags: Mapping[str, str | None], environment: Mapping[str, str]) -> Config:
    """Load and validate the configuration.

    Args:
        flags: option names and ``config`` to the values of the command line.
        environment: the process's variables. They may name files with secrets.

    Raises:
        ConfigError: with every error of all three sources.
    """
    settings, tables, problems = gather(flags, environment)
    values: dict[str, Any] = {}
    for option in OPTIONS:
        setting = settings[option.name]
        try:
            values[option.name] = option.parse(setting.value)
        except ValueError as error:
            problems.append(f"{setting.source}: {error}")
    problems += ambiguous(values, tables)
    if problems:
        raise ConfigError(problems)
    interval, tolerance = values.pop("expected_interval"), values.pop("tolerance")
    limits = Limits(**{name: values.pop(name) for name in Limits.__struct_fields__})
    policy = SchedulePolicy(interval, tolerance, tables.overrides, planned(tables.expected))
    notifications = assemble({name: values.pop(name) for name in NAMES}, tables)
    return Config(
        **values,
        limits=limits,
        policy=policy,
        pull_targets=tables.pull_targets,
        notifications=notifications,
        broker=tables.broker,
        expected=tables.expected,
    )


def gather(flags: Mapping[str, str | None], environment: Mapping[str, str]) -> RawSettings:
    """Return every value with its source, before validation."""
    path = flags.get("config") or environment.get(CONFIG_VARIABLE)
    folder = environment.get(secrets.CREDENTIALS)
    file = read_file(path, Path(folder) if folder else None) if path else File()
    hidden, unreadable = secrets.read(environment)
    settings = {
        option.name: _setting(option, flags, environment, hidden, file.settings)
        for option in OPTIONS
    }
    problems = [*file.problems, *unreadable, *_unknown_variables(environment)]
    return RawSettings(settings, file.tables, problems)


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


def _unknown_variables(environment: Mapping[str, str]) -> list[str]:
    known = {CONFIG_VARIABLE, *(option.variable for option in OPTIONS), *secrets.VARIABLES}
    return [
        f"{name} is unknown; expected one of {', '.join(sorted(known))}"
        for name in sorted(environment)
        if name.startswith(ENVIRONMENT_PREFIX)
        and name not in known
        and _KUBERNETES.fullmatch(name) is None
    ]
