"""Mixed load for long: memory, file descriptors and latency stay as they are."""

import http.client
import random
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.tools.bench import processes
from tests.tools.bench.client import GZIP, PLAIN, Client
from tests.tools.bench.processes import Served
from tests.tools.bench.reports import POSTED_SINCE, Place

_JOBS = 400
_INTERVALS = 12
"""The first of them warms up; the next third is compared with the last one."""

_QUESTIONS = (
    "/api/summary",
    "/api/jobs?overdue=true",
    "/api/servers",
    "/api/backups?limit=100",
    "/api/backups/1",
    "/api/rejected",
    "/-/ready",
)
_ODD = (
    b"GARBAGE\r\n\r\n",
    b"POST /api/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    b"",
)

_GROWTH = {"memory, MB": 1.1, "descriptors": 1.5, "p99 of uploads, ms": 2.0}
"""How often as much as before there may be in the end. A connection to the database has three
descriptors, and one more is opened when more threads read at once than ever before; other programs
of the machine are in the latency."""


class _Look(NamedTuple):
    """The daemon at the end of an interval."""

    megabytes: float
    descriptors: int
    p99: float
    uploads: int

    def figures(self) -> dict[str, float]:
        return dict(zip(_GROWTH, (self.megabytes, self.descriptors, self.p99), strict=True))


class _Uploads:
    """Threads may count here how many milliseconds each upload took."""

    def __init__(self) -> None:
        self._numbers = count()
        self._took: list[float] = []

    def post(self, client: Client) -> None:
        began = time.perf_counter()
        client.upload(Place(next(self._numbers), _JOBS, POSTED_SINCE))
        self._took.append((time.perf_counter() - began) * 1000)

    def taken(self) -> list[float]:
        """Return those since the last asking."""
        taken, self._took = self._took, []
        return taken


def run(folder: Path, minutes: float) -> list[str]:
    """Load it for so long; return what grew."""
    uploads, seconds = _Uploads(), minutes * 60 / _INTERVALS
    with processes.daemon(folder / "soak.sqlite") as served, _load(served, uploads) as stopped:
        looks: list[_Look] = []
        while len(looks) < _INTERVALS and not stopped.wait(seconds):
            looks.append(_look(served, uploads))
            _print_look(looks[-1])
        failed = stopped.is_set()
    return ["a client failed; its trace is above"] if failed else list(_grown(looks[1:]))


@contextmanager
def _load(served: Served, uploads: _Uploads) -> Iterator[threading.Event]:
    """Let clients of every kind ask and send; the event is set when one of them failed."""
    enough, failed = threading.Event(), threading.Event()
    client = Client(served.url)
    works: list[tuple[Callable[[], None], float]] = [
        *((partial(uploads.post, Client(served.url)), 0.005) for _ in range(4)),
        (lambda: _scrape(client), 0.2),
        (lambda: _ask(served.url), 0.02),
        (lambda: _be_odd(served.url), 0.1),
    ]
    threads = [
        threading.Thread(target=_repeat, args=(work, pause, enough, failed))
        for work, pause in works
    ]
    for thread in threads:
        thread.start()
    try:
        yield failed
    finally:
        enough.set()
        for thread in threads:
            thread.join()


def _repeat(
    work: Callable[[], None], pause: float, enough: threading.Event, failed: threading.Event
) -> None:
    try:
        while not enough.wait(pause):
            work()
    except BaseException:
        failed.set()
        raise


def _scrape(client: Client) -> None:
    client.scrape(random.choice((GZIP, PLAIN)))


def _ask(url: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    path = random.choice(_QUESTIONS)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    assert status == http.HTTPStatus.OK, f"{path} was answered {status}"


def _be_odd(url: str) -> None:
    """Send what is not a request, and go away without a word."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port or 0)) as connection:
        connection.sendall(random.choice(_ODD))


def _look(served: Served, uploads: _Uploads) -> _Look:
    taken = uploads.taken()
    descriptors = len(list(Path(f"/proc/{served.pid}/fd").iterdir()))
    p99 = statistics.quantiles(taken, n=100)[-1]
    return _Look(served.resident_megabytes(), descriptors, p99, len(taken))


def _print_look(look: _Look) -> None:
    figures = ", ".join(f"{what} {figure:.1f}" for what, figure in look.figures().items())
    sys.stdout.write(f"{look.uploads:6,} uploads, {figures}\n")
    sys.stdout.flush()


def _grown(looks: list[_Look]) -> Iterator[str]:
    """Yield what is more in the last third than in the first one, by their medians."""
    third = len(looks) // 3
    for what, most in _GROWTH.items():
        first, last = (
            statistics.median(look.figures()[what] for look in part)
            for part in (looks[:third], looks[-third:])
        )
        if last > first * most:
            yield f"{what} grew from {first:.1f} to {last:.1f}"
