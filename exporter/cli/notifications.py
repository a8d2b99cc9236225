"""What the commands say about the configured notifications, and whether they can be sent."""

from collections.abc import Iterator

from exporter.config import ConfigError
from exporter.config.notifications import Channel, Digest, Heartbeat, Notifications
from exporter.config.notify_tables import written_conditions
from exporter.config.parsers import NEVER
from exporter.notifications.channels import problems_of
from exporter.notifications.digest.samples import digest_samples
from exporter.notifications.rendering import Templates
from exporter.notifications.samples import samples
from exporter.times import format_duration


def require_usable(notifications: Notifications) -> None:
    """Check what only the library that sends can say.

    Raises:
        ConfigError: with each address that it does not know.
    """
    _refuse(list(problems_of(notifications)))


def require_faultless(notifications: Notifications) -> None:
    """Check the templates, too: a daemon starts without them, since its own stand in.

    Raises:
        ConfigError: with every fault.
    """
    _refuse(faults_of(notifications))


def faults_of(notifications: Notifications) -> list[str]:
    """Return every fault, also of the templates."""
    return [*problems_of(notifications), *_wrong_templates(notifications)]


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ConfigError(problems)


def _wrong_templates(notifications: Notifications) -> list[str]:
    """Return what is wrong with the templates of a person, tried with sample facts."""
    folder = notifications.templates
    tried = {**samples(), **digest_samples()}
    return [] if folder is None else Templates(folder).problems(tried)


def described(notifications: Notifications) -> Iterator[str]:
    """Yield a line for each channel, digest and heartbeat, with nothing secret of an address."""
    for channel in notifications.channels:
        yield f"notify {channel.name}: {channel.url}; {_jobs_of(channel)}; {_told(channel)}"
    for digest in notifications.digests:
        yield f"digest {digest.name}: {digest.url}; {_jobs_of(digest)}; at {digest.at}"
    yield from _heartbeats(notifications.heartbeat)


def _jobs_of(subject: Channel | Digest) -> str:
    tags = f"; tags {', '.join(subject.tags)}" if subject.tags else ""
    return f"servers {', '.join(subject.servers)}; backups {', '.join(subject.backups)}{tags}"


def _told(channel: Channel) -> str:
    repeat = NEVER if channel.repeat is None else format_duration(channel.repeat)
    parts = [
        f"on {written_conditions(channel.on)}",
        f"hold {format_duration(channel.hold)}",
        f"repeat {repeat}",
        f"quiet {channel.quiet or NEVER}",
        f"recovered {str(channel.recovered).lower()}",
    ]
    return "; ".join(parts)


def _heartbeats(heartbeat: Heartbeat) -> Iterator[str]:
    if heartbeat.url is not None:
        yield f"heartbeat: {heartbeat.url}; every {format_duration(heartbeat.every)}"
    for check in heartbeat.jobs:
        yield f'heartbeat.job: {check.url}; server "{check.server}" backup "{check.backup}"'
