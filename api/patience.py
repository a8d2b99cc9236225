"""How long a report waits where another program has the database for itself."""

import time
from collections.abc import Callable
from typing import TypeVar

import falcon

from exporter.store import StoreBusyError
from exporter.times import SECOND, Millis

ARRIVED = "duplistatus.arrived"
"""Where a request's environment tells when it had arrived, by `time.monotonic`."""

Answer = TypeVar("Answer")


def patiently(req: falcon.Request, patience: Millis, work: Callable[[], Answer]) -> Answer:
    """Try again while the database is busy, until a request has waited for so long.

    A try waits for the database itself. After a refusal a sender tries only twice more, a second
    apart, but waits 100 s for an answer.

    Raises:
        StoreBusyError: it is busy still.
    """
    until = req.env.get(ARRIVED, time.monotonic()) + patience / SECOND
    while True:
        try:
            return work()
        except StoreBusyError:
            if time.monotonic() >= until:
                raise
