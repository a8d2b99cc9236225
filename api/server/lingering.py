"""A connection whose sender is refused while it still sends: closed so that it gets the answer."""

import socket
import time
from typing import Any

from waitress.channel import HTTPChannel

SILENT_SECONDS = 5.0
"""How long to wait for more of what is discarded."""

_PIECE_BYTES = 256 * 1024


class LingeringChannel(HTTPChannel):
    """Discards what still comes after a refusal, then closes.

    A connection that is closed with bytes unread is reset, and a sender that is reset may never
    see the answer, which came before (RFC 9112, 9.6).
    """

    requests: list[Any]
    total_outbufs_len: int
    close_when_flushed: bool
    will_close: bool
    socket: socket.socket
    unread = False
    """Whether what was answered last had not arrived in full."""

    lingering = False
    lingers_until = 0.0

    def linger_or_close(self) -> None:
        """Send what waits to be sent; after all of it, shut down sending and read to the end."""
        self._flush_exception(self._flush_some)
        if self.total_outbufs_len and not self.will_close:
            return
        self.close_when_flushed = False
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except (OSError, AttributeError):  # the sender is gone already, and maybe its socket
            self.will_close = True
            return
        self.lingering = True
        self._ends = time.monotonic() + self.server.request_seconds
        self._extend()

    def handle_write(self) -> None:
        """Send what waits."""
        if self.unread and self.close_when_flushed and not self.will_close:
            self.linger_or_close()
        else:
            super().handle_write()

    def handle_read(self) -> None:
        """Take what came."""
        if not self.lingering:
            super().handle_read()
            return
        try:
            more = self.recv(_PIECE_BYTES)
        except OSError:
            self.handle_close()
            return
        if more:
            self._extend()

    def readable(self) -> bool:
        """Return whether to look at what comes: where nothing is answered and all is sent.

        Called for every connection in every turn of the loop, so it does not ask waitress.
        """
        if self.requests or self.total_outbufs_len or self.will_close or self.close_when_flushed:
            return self.lingering and not self.will_close
        return True

    def end_lingering(self, present: float) -> None:
        """Close it once nothing more came for a while, or it took too long."""
        if self.lingering and present >= self.lingers_until:
            self.will_close = True

    def _extend(self) -> None:
        self.lingers_until = min(time.monotonic() + SILENT_SECONDS, self._ends)
