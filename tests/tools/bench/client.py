"""What scrapes and sends single reports: one connection that is kept, as Prometheus has."""

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.tools.bench import reports
from tests.tools.bench.reports import Place

PLAIN = "identity"
GZIP = "gzip"
_BUFFER_BYTES = 1024 * 1024


class Client:
    """Asks a server, one thing after the other."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc)
        self._buffer = bytearray(_BUFFER_BYTES)

    def scrape(self, coding: str) -> float:
        """Return how many milliseconds a scrape takes, to its last byte."""
        began = time.perf_counter()
        self._connection.request("GET", "/api/health", headers={"Accept-Encoding": coding})
        answer = self._connection.getresponse()
        while answer.readinto(self._buffer):
            pass
        return (time.perf_counter() - began) * 1000

    def body(self, coding: str) -> bytes:
        """Return what a scrape gives."""
        self._connection.request("GET", "/api/health", headers={"Accept-Encoding": coding})
        return self._connection.getresponse().read()

    def upload(self, place: Place) -> None:
        """Post a report of the benchmark; otherwise as `post`."""
        self.post(reports.body(place))

    def post(self, body: bytes) -> None:
        """Post a report.

        Raises:
            RuntimeError: it was not recorded.
        """
        self._connection.request("POST", "/api/upload", body)
        answer = self._connection.getresponse()
        if b"uploaded successfully" not in answer.read():
            message = f"a report was answered {answer.status}"
            raise RuntimeError(message)


@contextlib.contextmanager
def scraping(url: str) -> Iterator[list[float]]:
    """Scrape again and again meanwhile; the list holds how many milliseconds each took."""
    took: list[float] = []
    enough = threading.Event()

    def scrape() -> None:
        client = Client(url)
        while not enough.is_set():
            took.append(client.scrape(GZIP))

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield took
    finally:
        enough.set()
        thread.join()
