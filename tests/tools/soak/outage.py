"""Many senders that all try again as soon as the daemon is back."""

import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from tests.support.deliver import sqlite
from tests.support.process.daemon import Daemon
from tests.support.process.ports import free_port
from tests.tools.bench import reports
from tests.tools.bench.reports import POSTED_SINCE, Place

_TRIES = 4
_PATIENCE_SECONDS = 100.0
"""As Duplicati has them."""


class Outage:
    """Ends once, for all that wait for it."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._ended = 0.0

    def end(self) -> None:
        self._ended = time.perf_counter()
        self._over.set()

    def wait(self) -> None:
        self._over.wait()

    def seconds_since(self) -> float:
        return time.perf_counter() - self._ended


class Sender:
    """Sends one report until it is taken; every fourth loses the answer and sends it again."""

    def __init__(self, port: int, number: int, outage: Outage) -> None:
        self._port = port
        self._again = number % 4 == 0
        self._body = reports.body(Place(number, number + 1, POSTED_SINCE))
        self._outage = outage

    def send(self) -> float | None:
        """Return how many seconds after the outage it was taken, None where it was not."""
        assert not self._try()
        self._outage.wait()
        if not any(self._try() for _ in range(_TRIES)):
            return None
        took = self._outage.seconds_since()
        return None if self._again and not self._try() else took

    def _try(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request("POST", "/api/upload", self._body)
            return connection.getresponse().status == HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()


def run(folder: Path, senders: int) -> list[str]:
    """Let them all send at once; return what was lost or counted twice."""
    port, outage = free_port(), Outage()
    waiting = [Sender(port, number, outage) for number in range(senders)]
    with ThreadPoolExecutor(senders) as pool:
        sent = [pool.submit(sender.send) for sender in waiting]
        with Daemon(folder, "--listen", f"127.0.0.1:{port}"):
            outage.end()
            took = [each.result() for each in sent]
    taken = [each for each in took if each is not None]
    _print_durations(taken)
    with sqlite(folder / "duplistatus.sqlite") as db:
        (stored,) = db.execute("SELECT count(*) FROM runs").fetchone()
    faults = {"were never taken": senders - len(taken), "runs are stored": abs(stored - senders)}
    return [f"{number} too many {what}" for what, number in faults.items() if number]


def _print_durations(took: list[float]) -> None:
    middle, slowest = statistics.median(took), statistics.quantiles(took, n=100)[-1]
    sys.stdout.write(
        f"{len(took):,} senders at once: median {middle:.2f} s, p99 {slowest:.2f} s,"
        f" last {max(took):.2f} s\n"
    )
