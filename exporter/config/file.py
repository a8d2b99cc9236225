"""The configuration file: its options as text, and its tables."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from exporter.config.digest_tables import DIGEST, read_digests
from exporter.config.expect_tables import EXPECT, read_expected
from exporter.config.heartbeat_table import HEARTBEAT, HeartbeatTable, read_heartbeat
from exporter.config.mqtt_table import MQTT, Broker, read_mqtt
from exporter.config.notifications import Channel, Digest, JobCheck
from exporter.config.notify_tables import NOTIFY, read_channels
from exporter.config.options import OPTIONS
from exporter.config.overrides import read_overrides
from exporter.config.parsers import parse_boolean
from exporter.config.pull_targets import PullTarget, read_targets
from exporter.config.secrets import Setting
from exporter.schedule.policy import ExpectedBackup, Override

_OVERRIDES, _TARGETS = "override", "pull"
_TABLES = (_OVERRIDES, _TARGETS, NOTIFY, DIGEST, HEARTBEAT, MQTT, EXPECT)
_RENAMED = {"collect": _TARGETS, "collect_every": "pull_interval"}
"""Keys that were never released, and their new names."""

_LISTS = {option.name for option in OPTIONS if option.secret}
_BOOLEANS = {option.name for option in OPTIONS if option.parse is parse_boolean}


class Tables(NamedTuple):
    """What the tables of a file say, kind by kind."""

    overrides: tuple[Override, ...] = ()
    pull_targets: tuple[PullTarget, ...] = ()
    channels: tuple[Channel, ...] = ()
    digests: tuple[Digest, ...] = ()
    checks: tuple[JobCheck, ...] = ()
    broker: Broker | None = None
    expected: tuple[ExpectedBackup, ...] = ()


class File(NamedTuple):
    """A file that was read: its options by their names, its tables, and what is wrong."""

    settings: Mapping[str, Setting] = {}
    tables: Tables = Tables()
    problems: tuple[str, ...] = ()


def read_file(path: str, credentials: Path | None) -> File:
    """Read a file; `credentials` is the folder of systemd's, which has addresses of channels."""
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        return File(problems=(f"{path} cannot be read: {error.strerror}",))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return File(problems=(f"{path} is not valid TOML: {error}",))
    tables, heartbeat, wrong = _read_tables(content, credentials)
    plain = {key: value for key, value in content.items() if key not in _TABLES}
    settings, problems = _read_settings(path, plain)
    for name, (text, key) in heartbeat.options.items():
        if name in settings:
            wrong.append(f"{HEARTBEAT}: {key} is also given as {name}: keep one")
        settings[name] = Setting(text, f"{path}: {HEARTBEAT}: {key}")
    problems += [f"{path}: {each}" for each in wrong]
    return File(settings, tables, tuple(problems))


def _read_tables(
    content: Mapping[str, Any], credentials: Path | None
) -> tuple[Tables, HeartbeatTable, list[str]]:
    overrides, wrong_overrides = read_overrides(content.get(_OVERRIDES, []))
    targets, wrong_targets = read_targets(content.get(_TARGETS, []))
    channels, wrong_channels = read_channels(content.get(NOTIFY, []), credentials)
    digests, wrong_digests = read_digests(content.get(DIGEST, []), credentials)
    heartbeat, wrong_heartbeat = read_heartbeat(content.get(HEARTBEAT, {}))
    broker, wrong_broker = read_mqtt(content.get(MQTT), credentials)
    expected, wrong_expected = read_expected(content.get(EXPECT, []))
    tables = Tables(overrides, targets, channels, digests, heartbeat.checks, broker, expected)
    wrong = [
        *wrong_overrides,
        *wrong_targets,
        *wrong_channels,
        *wrong_digests,
        *wrong_heartbeat,
        *wrong_broker,
        *wrong_expected,
    ]
    return tables, heartbeat, wrong


def _read_settings(
    path: str, content: Mapping[str, object]
) -> tuple[dict[str, Setting], list[str]]:
    known = sorted([*(option.name for option in OPTIONS), *_TABLES])
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
