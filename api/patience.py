"""How long a report waits while another program has locked the database."""

import time
from collections.abc import Callable
from typing import TypeVar

import falcon

from exporter.store import StoreBusyError
from exporter.times import SECOND, Millis

ARRIVED = "duplistatus.arrived"
"""The key of a request's environment with the time of its arrival, by `time.monotonic`."""

Answer = TypeVar("Answer")


def arrived(req: falcon.Request) -> float:
    """Return when a request arrived, by `time.monotonic`: also of one that began again."""
    at: float = req.env.get(ARRIVED, time.monotonic())
    return at


def patiently(req: falcon.Request, patience: Millis, work: Callable[[], Answer]) -> Answer:
    """Retry while the database is busy, until a request has waited for so long.

    An attempt waits for the database itself. After a refusal a sender retries only twice, a second
    apart, but waits 100 s for an answer.

    Raises:
        StoreBusyError: it is still busy.
    """
    until = arrived(req) + patience / SECOND
    while True:
        try:
            return work()
        except StoreBusyError:
            if time.monotonic() >= until:
                raise
