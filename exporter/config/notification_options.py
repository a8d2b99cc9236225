"""The options about telling people: the simplest channel, digest and heartbeat."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from exporter.config.addresses import parse_channel_url, parse_public_url, parse_web_url
from exporter.config.digest_tables import MONDAYS, parse_at
from exporter.config.notifications import Heartbeat
from exporter.config.option import Option
from exporter.config.parsers import parse_path
from exporter.times import SECOND, Millis, format_duration, parse_duration

_LEAST_EVERY = 10 * SECOND

_Value = TypeVar("_Value")


def _optional(parse: Callable[[str], _Value]) -> Callable[[str], _Value | None]:
    """Return a parser that takes an empty text for nothing."""
    return lambda text: parse(text) if text else None


def _parse_every(text: str) -> Millis:
    duration = parse_duration(text)
    if duration < _LEAST_EVERY:
        message = f"{text!r} is too often: write at least {format_duration(_LEAST_EVERY)}"
        raise ValueError(message)
    return duration


def _parse_folder(text: str) -> Path:
    path = parse_path(text)
    if not path.is_dir():
        message = f"{text[:200]!r} is not a folder"
        raise ValueError(message)
    return path


NOTIFICATION_OPTIONS = (
    Option(
        "notify_url",
        "",
        "URL",
        "address of the channel default, as Apprise has them",
        _optional(parse_channel_url),
        secret=True,
    ),
    Option(
        "digest_url",
        "",
        "URL",
        "address of the digest default, as Apprise has them",
        _optional(parse_channel_url),
        secret=True,
    ),
    Option(
        "digest_at",
        f"cron {MONDAYS.expression}",
        "SCHEDULE",
        "when the digest default is sent, in UTC or with a time zone at the end",
        parse_at,
    ),
    Option(
        "heartbeat_url",
        "",
        "URL",
        "address that is pinged while all is well with the daemon",
        _optional(parse_web_url),
        secret=True,
    ),
    Option(
        "heartbeat_every",
        format_duration(Heartbeat().every),
        "DURATION",
        "interval between heartbeats: 30s, 1m",
        _parse_every,
    ),
    Option(
        "public_url",
        "",
        "URL",
        "where links in messages lead: https://backups.example",
        _optional(parse_public_url),
    ),
    Option(
        "templates",
        "",
        "FOLDER",
        "folder with templates that replace those of the messages",
        _optional(_parse_folder),
    ),
)
