"""Readers that are slow, that do not read at all, and that vanish."""

import re
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from api.server.http_server import THREADS
from tests.support.process import raw, reports
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually

SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
REQUESTS = 150
"""Their answers are more than what waits for a reader anywhere on the way."""

AT_ONCE = struct.pack("ii", 1, 0)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a scrape of a quarter of a megabyte."""
    with Daemon(tmp_path_factory.mktemp("readers"), *ANY_PORT) as daemon:
        for number in range(60):
            daemon.upload(reports.documented(backup=f"{number} {'x' * 100}"))
        yield daemon


@pytest.fixture
def idlers(daemon: Daemon) -> Iterator[list[socket.socket]]:
    """More connections than there are threads, that ask for much and read nothing."""
    with ExitStack() as stack:
        connections = [stack.enter_context(raw.connect(daemon)) for _ in range(THREADS + 4)]
        for connection in connections:
            connection.sendall(SCRAPE * REQUESTS)
        yield connections


def has_only_its_listening_socket(daemon: Daemon) -> bool:
    links = list(Path(f"/proc/{daemon.process.pid}/fd").iterdir())
    try:
        return sum(str(link.readlink()).startswith("socket:") for link in links) == 1
    except FileNotFoundError:  # one was closed meanwhile
        return False


def faults(daemon: Daemon) -> list[str]:
    return [each["event"] for each in daemon.events() if each["level"] in {"warning", "error"}]


@pytest.mark.usefixtures("idlers")
def test_who_asks_without_reading_holds_nobody_up(daemon: Daemon) -> None:
    for _ in range(3):
        assert daemon.get("/-/ready").status_code == 200
        assert "duplistatus_backup_jobs 60.0" in daemon.get("/metrics").text


def test_who_reads_late_gets_every_answer_whole(idlers: list[socket.socket]) -> None:
    slow = idlers[0]
    slow.shutdown(socket.SHUT_WR)
    answers = b"".join(iter(lambda: slow.recv(65536), b""))
    heads = re.findall(rb"HTTP/1\.1 (\d+) .*?Content-Length: (\d+)", answers, re.DOTALL)
    assert [status for status, _ in heads] == [b"200"] * REQUESTS
    assert answers.count(b"# HELP duplistatus_backup_jobs ") == REQUESTS
    assert sum(int(length) for _, length in heads) < len(answers)


def test_who_vanishes_amid_an_answer_leaves_nothing_behind(
    daemon: Daemon, idlers: list[socket.socket]
) -> None:
    for connection in idlers:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        connection.close()
    eventually(lambda: has_only_its_listening_socket(daemon), "their sockets closed")
    assert daemon.get("/-/ready").status_code == 200
    assert faults(daemon) == []
