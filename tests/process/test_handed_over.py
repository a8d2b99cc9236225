"""A socket that systemd holds for the daemon, and what a restart costs senders with and without."""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
import requests

from api.server.listening import ListenError, handed_over
from tests.support.process import raw, reports
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually

TRIES = 3
BETWEEN_TRIES_SECONDS = 1.0
"""Duplicati's, since 2.1.0.112."""

CONNECTED_TRIES = 10
"""Those that `duplistatus connect` sets: a daemon on a busy machine may start for seconds."""

ANSWER_SECONDS = 100
SENDERS = int(os.environ.get("DUPLISTATUS_TEST_SENDERS", "20"))
RESTARTS = int(os.environ.get("DUPLISTATUS_TEST_RESTARTS", "2"))


@pytest.fixture
def held() -> Iterator[socket.socket]:
    """A socket that listens whether or not a daemon runs."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        yield listening


def test_the_socket_that_is_handed_over_is_listened_on(tmp_path: Path, held: socket.socket) -> None:
    with Daemon(tmp_path, "--listen", "192.0.2.1:1", listening=held) as daemon:
        assert daemon.url == f"http://127.0.0.1:{held.getsockname()[1]}"
        assert daemon.get("/-/ready").status_code == 200


def test_what_comes_while_no_daemon_runs_is_taken_by_the_next(
    tmp_path: Path, held: socket.socket
) -> None:
    with Daemon(tmp_path, listening=held) as first:
        first.stop()
    with closing(socket.create_connection(held.getsockname(), timeout=20)) as waiting:
        waiting.sendall(raw.upload(reports.documented()))
        with Daemon(tmp_path, listening=held):
            assert raw.receive(waiting).status == 200


class Senders:
    """Machines that send a report after the other, and try again as Duplicati does."""

    def __init__(self, url: str, tries: int) -> None:
        self._url = f"{url}/api/upload"
        self._tries = tries
        self._enough = threading.Event()
        self.sent = 0
        self.lost: list[list[str]] = []

    def send(self, machine: int) -> None:
        for number in count():
            if self._enough.is_set():
                return
            began = f"2024-01-15T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
            report = reports.documented(f"server {machine}", startTime=began)
            self._deliver(json.dumps(report).encode())
            self._enough.wait(0.3)

    def _deliver(self, body: bytes) -> None:
        self.sent += 1
        faults: list[str] = []
        while len(faults) < self._tries:
            try:
                requests.post(self._url, data=body, timeout=ANSWER_SECONDS).raise_for_status()
            except requests.RequestException as error:
                faults.append(repr(error))
                time.sleep(BETWEEN_TRIES_SECONDS)
            else:
                return
        self.lost.append(faults)

    def stop(self) -> None:
        self._enough.set()


def settle(senders: Senders) -> None:
    """Let every sender have had its answer: a restart within the same three tries is another."""
    enough = senders.sent + 2 * SENDERS
    eventually(lambda: senders.sent >= enough, "answers to all senders", seconds=30)


def restart(folder: Path, daemon: Daemon, listening: socket.socket | None) -> Daemon:
    """Restart a daemon while a stranger has sent half of a request."""
    with closing(raw.connect(daemon)) as half:
        half.sendall(raw.post_head("Content-Length: 500") + b"{")
        assert daemon.get("/-/healthy").status_code == 200
        daemon.signal(signal.SIGTERM)
        assert daemon.wait() == 0
    return Daemon(folder, "--listen", f"127.0.0.1:{daemon.port}", listening=listening)


@pytest.mark.parametrize(
    ("holds", "tries"),
    [(True, TRIES), (False, CONNECTED_TRIES)],
    ids=["socket unit", "no socket unit"],
)
def test_no_report_is_lost_in_restarts(
    tmp_path: Path,
    held: socket.socket,
    holds: bool,  # noqa: FBT001 - of the table
    tries: int,
) -> None:
    listening = held if holds else None
    daemon = Daemon(tmp_path, *ANY_PORT, listening=listening)
    senders = Senders(daemon.url, tries)
    with ThreadPoolExecutor(SENDERS) as threads:
        work = [threads.submit(senders.send, machine) for machine in range(SENDERS)]
        try:
            for _ in range(RESTARTS):
                daemon = restart(tmp_path, daemon, listening)
                settle(senders)
        finally:
            senders.stop()
            done = [each.exception() for each in work]
            summary = daemon.data("/api/summary")
            daemon.kill()
    assert done == [None] * SENDERS
    assert senders.lost == []
    recorded = summary["successfulBackups"]
    print(f"{senders.sent} reports, {recorded} recorded")  # noqa: T201 - for the figures
    assert recorded >= senders.sent > SENDERS * RESTARTS


def environment(**changed: str) -> dict[str, str]:
    return {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "x", **changed}


@pytest.mark.parametrize(
    "variables",
    [{}, environment(LISTEN_PID="1"), environment(LISTEN_FDS="0"), environment(LISTEN_PID="")],
)
def test_what_is_meant_for_another_process_is_left_alone(variables: dict[str, str]) -> None:
    assert handed_over(variables) is None
    assert variables == {}


def test_more_than_one_socket_is_refused() -> None:
    with pytest.raises(ListenError, match="one ListenStream="):
        handed_over(environment(LISTEN_FDS="2"))
