"""Senders with Duplicati's timeout and tries, and the answers that they got."""

import threading
import time
from http.client import HTTPConnection, HTTPException

from exporter.times import SECOND, Millis, now
from tests.support.reports_builder import duplicati_report

_TRIES = 4
_BETWEEN_SECONDS = 1.0
_PATIENCE_SECONDS = 100.0
"""The values of Duplicati."""

_PAUSE_SECONDS = 0.8


class Ledger:
    """The reports that were acknowledged and those that were given up. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.acknowledged: set[tuple[str, Millis]] = set()
        self.given_up = 0
        self.longest_pause = 0.0
        self._last = time.monotonic()

    def acknowledge(self, server: str, began: Millis) -> None:
        """Record that a report was acknowledged."""
        with self._lock:
            self.acknowledged.add((server, began))
            self._note_pause()

    def give_up(self) -> None:
        """Record that a report was given up after all tries."""
        with self._lock:
            self.given_up += 1

    def _note_pause(self) -> None:
        present = time.monotonic()
        self.longest_pause = max(self.longest_pause, present - self._last)
        self._last = present


class Sender(threading.Thread):
    """A machine that reports one run after the other until it is stopped."""

    def __init__(self, port: int, number: int, ledger: Ledger, stopping: threading.Event) -> None:
        super().__init__(name=f"sender-{number}", daemon=True)
        self._port = port
        self._server = f"machine-{number:02}"
        self._ledger = ledger
        self._stopping = stopping
        self._began = now() - 30 * 24 * 3600 * SECOND

    def run(self) -> None:
        """Send reports until it is stopped; a report in progress is finished."""
        while not self._stopping.wait(_PAUSE_SECONDS):
            self._began += 60 * SECOND
            if self._send():
                self._ledger.acknowledge(self._server, self._began)
            else:
                self._ledger.give_up()

    def _send(self) -> bool:
        body = duplicati_report(
            began=self._began, server=self._server, machine_id=f"id of {self._server}"
        )
        for number in range(_TRIES):
            if number:
                time.sleep(_BETWEEN_SECONDS)
            if self._try(body):
                return True
        return False

    def _try(self, body: bytes) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE_SECONDS)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/api/upload", body, headers)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
