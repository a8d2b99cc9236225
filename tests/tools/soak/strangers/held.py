"""What strangers open and leave open: halves of requests, and hundreds of connections at once."""

import random
import socket
import threading
import time
from contextlib import ExitStack

from tests.tools.soak.strangers.wire import connect, head

_MAX_SECONDS = 150.0
"""Longer than the two minutes that a request is given to arrive."""

_MIN_SECONDS = 5.0
_FLOOD = 300
_FLOOD_SECONDS = (2.0, 6.0)
_HALF_OF_FLOOD = 0.3

_HALVES = (
    b"POST /api/upload HTTP/1.1\r\nHost: ",
    b"GET /metr",
    b"",
    head("Content-Length: 500") + b"{",
    head("Content-Length: 100000") + b'{"Data":' + b" " * 50_000,
    head("Content-Length: 1000000") + b'{"Data":' + b" " * 500_000,
    head("Transfer-Encoding: chunked") + b"ffff\r\n{",
    head("Content-Length: 500", request="POST /api/activity HTTP/1.1") + b"{",
)


class Halves:
    """Sends halves of requests and keeps their connections; needs one caller at a time."""

    def __init__(self) -> None:
        self._held: list[tuple[float, socket.socket]] = []

    def send(self, port: int, chance: random.Random) -> None:
        """Send one more, and let go of those whose time is over."""
        present = time.monotonic()
        self._let_go(present)
        connection = connect(port)
        until = present + chance.uniform(_MIN_SECONDS, _MAX_SECONDS)
        self._held.append((until, connection))
        connection.sendall(chance.choice(_HALVES))

    def close(self) -> None:
        """Let go of all."""
        self._let_go(float("inf"))

    def _let_go(self, present: float) -> None:
        for until, connection in self._held:
            if until <= present:
                connection.close()
        self._held = [each for each in self._held if each[0] > present]


def flood(port: int, chance: random.Random) -> None:
    """Open hundreds of connections, some with half of a request, and close them a while later."""
    with ExitStack() as stack:
        for _ in range(_FLOOD):
            connection = stack.enter_context(connect(port))
            if chance.random() < _HALF_OF_FLOOD:
                connection.sendall(chance.choice(_HALVES[:5]))
        threading.Event().wait(chance.uniform(*_FLOOD_SECONDS))
