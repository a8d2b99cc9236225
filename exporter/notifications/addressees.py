"""Everything that messages go to, by the name of its channel."""

from collections.abc import Mapping

from exporter.config.notifications import Digest, Notifications, SecretUrl
from exporter.notifications.job_checks import channels


def addresses_of(told: Notifications) -> Mapping[str, SecretUrl]:
    """Return the address of each channel, digest and check."""
    return {
        **{channel.name: channel.url for channel in told.channels},
        **{channel_of_digest(digest): digest.url for digest in told.digests},
        **channels(told.heartbeat.jobs),
    }


def channel_of_digest(digest: Digest) -> str:
    """Return the name of a digest's channel, which is that of its mark, too."""
    return f"digest:{digest.name}"
