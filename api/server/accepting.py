"""Connections are accepted for as long as there are descriptors for them, and what they need."""

import errno
import logging
import resource
import socket
import time

from waitress.server import TcpWSGIServer

from api.server.channel import Channel
from exporter.logs import log_fields

_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_PAUSE_SECONDS = 0.5
_TOLD_SECONDS = 60.0

MIN_CONNECTIONS = 16
"""Connections that are accepted, however few descriptors there are."""

_log = logging.getLogger(__name__)


class Server(TcpWSGIServer):
    """Lets connections wait where the system has no room for them.

    waitress asked again at once, with a trace in the log each time, as fast as the processor can.
    """

    channel_class = Channel
    _goes_on = 0.0
    _tells = 0.0

    def accept(self) -> tuple[socket.socket, object] | None:
        """Accept a connection, if one can be accepted now."""
        try:
            found: tuple[socket.socket, object] | None = super().accept()
        except OSError as error:
            if error.errno not in _EXHAUSTED:
                raise
            self._pause(error)
            return None
        return found

    def readable(self) -> bool:
        """Tell whether to look for a connection."""
        return bool(super().readable()) and time.monotonic() >= self._goes_on

    def _pause(self, error: OSError) -> None:
        present = time.monotonic()
        self._goes_on = present + _PAUSE_SECONDS
        if present >= self._tells:
            self._tells = present + _TOLD_SECONDS
            _log.warning("connections wait", extra=log_fields(reason=error.strerror))


def raise_descriptors() -> None:
    """Let the process open as many files as the system allows it: the soft limit may be low."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError) as error:  # as a sandbox may forbid
        _log.info("the limit of open files stays: %s", error)


def connections(most: int, others: int) -> int:
    """Return how many connections there may be at once, beside other open files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    left = most if soft == resource.RLIM_INFINITY else soft - others
    return max(MIN_CONNECTIONS, min(most, left))
