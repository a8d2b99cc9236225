"""Accepts connections as long as there are file descriptors for them."""

import errno
import logging
import resource
import socket
import threading
import time

from waitress.server import TcpWSGIServer

from api.server.channel import Channel
from exporter.logs import log_fields

_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_PAUSE_SECONDS = 0.5
_LOG_INTERVAL_SECONDS = 60.0

MIN_CONNECTIONS = 16
"""Connections that are accepted even if there are few descriptors."""

_log = logging.getLogger(__name__)


class Server(TcpWSGIServer):
    """Lets connections wait where the system has no room for them.

    waitress retries at once, with a traceback in the log each time, as fast as the processor can.
    """

    channel_class = Channel
    receiver = 0
    """Which thread receives."""

    _goes_on = 0.0
    _next_log = 0.0

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

    def pull_trigger(self) -> None:
        """Wake the thread that receives, unless that is this one: then it is awake."""
        if threading.get_ident() != self.receiver:
            self.wake()

    def wake(self) -> None:
        """Wake that thread. In a handler of a signal it may sleep although it is this one."""
        super().pull_trigger()

    def readable(self) -> bool:
        """Return whether to look for a connection."""
        return bool(super().readable()) and time.monotonic() >= self._goes_on

    def _pause(self, error: OSError) -> None:
        present = time.monotonic()
        self._goes_on = present + _PAUSE_SECONDS
        if present >= self._next_log:
            self._next_log = present + _LOG_INTERVAL_SECONDS
            _log.warning("connections wait", extra=log_fields(reason=error.strerror))


def raise_descriptors() -> None:
    """Raise the soft limit of open files, which may be low, to the hard limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError) as error:  # as a sandbox may forbid
        _log.info("the limit of open files stays: %s", error)


def connections(most: int, others: int) -> int:
    """Return the maximum number of connections, besides other open files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    left = most if soft == resource.RLIM_INFINITY else soft - others
    return max(MIN_CONNECTIONS, min(most, left))
