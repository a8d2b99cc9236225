"""Ports for programs that cannot choose one themselves."""

import contextlib
import itertools
import os
import random
import socket

_ALL = range(20_000, 32_768)
"""Below those that Linux hands out to whoever asks for any, also for connections that go out."""

_MAX_PROCESSES = 64


def _own() -> list[int]:
    """Return this process's share in an order of its own: others that test choose meanwhile."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = _ALL[worker % _MAX_PROCESSES :: _MAX_PROCESSES]
    return random.SystemRandom().sample(share, len(share))


_next = itertools.cycle(_own())


def free_port() -> int:
    """Return a port that nobody listens on, each time another."""
    for port in _next:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("the ports go round without an end")
