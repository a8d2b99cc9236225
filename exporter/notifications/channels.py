"""Which addresses Apprise can send to. It is imported only where an address is configured."""

import contextlib
import logging
import warnings
from collections.abc import Iterator

from exporter.config.notifications import Notifications, SecretUrl

_MISSING = "notifications need an extra: install duplistatus-exporter[notify]"
_SERVICES = "https://appriseit.com/services"


def silence_apprise() -> None:
    """Keep out of the log what Apprise writes, which repeats parts of addresses; call it first."""
    logging.getLogger("apprise").propagate = False
    # Before Python 3.13 a part of it tries an old module, which warns where somebody asks for that.
    warnings.filterwarnings("ignore", "'imghdr' is deprecated", DeprecationWarning)


def problems_of(notifications: Notifications) -> Iterator[str]:
    """Yield what is wrong with the address of each channel and digest, a line each."""
    for channel in notifications.channels:
        if problem := problem_of(channel.url):
            yield f"notify {channel.name}: {problem}"
    for digest in notifications.digests:
        if problem := problem_of(digest.url):
            yield f"digest {digest.name}: {problem}"


def problem_of(url: SecretUrl) -> str | None:
    """Return why nothing can be sent to an address, without any of its secrets; None if it can."""
    silence_apprise()
    try:
        from apprise import Apprise  # noqa: PLC0415 - takes memory that most daemons need not
        from apprise.manager_plugins import NotificationManager  # noqa: PLC0415 - likewise
    except ImportError:
        return _MISSING
    with contextlib.suppress(Exception):  # of any kind, by 1.9: its text repeats the address
        if Apprise.instantiate(url.secret) is not None:
            return None
    if url.scheme in NotificationManager():  # type: ignore[no-untyped-call] # Apprise's own
        return (
            f"Apprise cannot use this {url.scheme}:// address: it is incomplete, or its service"
            f" needs another library; see {_SERVICES}"
        )
    return (
        "Apprise does not know this kind of address:"
        f" write ntfy://, mailto:// or another of {_SERVICES}"
    )
