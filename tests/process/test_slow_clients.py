"""Clients that ask and do not read, or do nothing at all, keep nobody else waiting."""

import contextlib
import socket
from collections.abc import Iterator

import pytest
import requests

from tests.support.process import raw, reports
from tests.support.process.commands import BOUND_SECONDS
from tests.support.process.daemon import Daemon
from tests.support.process.waiting import eventually

IDLE = 500
SLOW = 40
"""More than there are threads to answer."""

JOBS = 100
LONG = "n" * 1000
"""A job whose name is cut of such a one has 15 KB of series: a hundred of them are more than any
socket holds."""


@pytest.fixture
def crowded(daemon: Daemon) -> Iterator[Daemon]:
    """A daemon with a large exposition, many idle connections and many that do not read."""
    for number in range(JOBS):
        daemon.upload(reports.documented(server=LONG, backup=f"{number}-{LONG}"))
    with contextlib.ExitStack() as connections:
        for _ in range(IDLE):
            connections.enter_context(raw.connect(daemon))
        for _ in range(SLOW):
            connections.enter_context(_asks_and_does_not_read(daemon))
        yield daemon


def _asks_and_does_not_read(daemon: Daemon) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(BOUND_SECONDS)
    connection.connect(("127.0.0.1", daemon.port))
    connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def test_a_scrape_and_an_upload_do_not_wait_for_who_is_idle_or_does_not_read(
    crowded: Daemon,
) -> None:
    exposition = requests.get(f"{crowded.url}/metrics", timeout=BOUND_SECONDS)
    assert exposition.status_code == 200
    assert len(exposition.content) > 1_000_000
    assert f"duplistatus_backup_jobs {JOBS}.0" in exposition.text
    assert crowded.post(reports.documented(server="other")).status_code == 200


def test_who_does_not_read_costs_a_connection_and_no_copy_of_the_exposition(
    crowded: Daemon,
) -> None:
    """The server would write what is not read into a file of its own for each."""
    files, memory = _open_files(crowded), _resident_bytes(crowded)
    with contextlib.ExitStack() as more:
        for _ in range(SLOW):
            more.enter_context(_asks_and_does_not_read(crowded))
        assert _open_files(crowded) - files == SLOW
        assert _resident_bytes(crowded) - memory < SLOW * 1_000_000


def test_who_goes_away_leaves_nothing_open(daemon: Daemon) -> None:
    daemon.upload(reports.documented())
    before = _open_files(daemon)
    with contextlib.ExitStack() as connections:
        for _ in range(SLOW):
            connections.enter_context(_asks_and_does_not_read(daemon))
        assert _open_files(daemon) > before
    eventually(lambda: _open_files(daemon) <= before + 1, "the files of who left closed")


def _resident_bytes(daemon: Daemon) -> int:
    return _of_process(daemon, "process_resident_memory_bytes")


def _open_files(daemon: Daemon) -> int:
    return _of_process(daemon, "process_open_fds")


def _of_process(daemon: Daemon, name: str) -> int:
    answer = requests.get(f"{daemon.url}/metrics", params={"name[]": name}, timeout=BOUND_SECONDS)
    return int(float(answer.text.split()[-1]))
