import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from api.server import http_server
from tests.support.process import raw, reports
from tests.support.process.daemon import ANY_PORT, Daemon

SIGNALS = [signal.SIGTERM, signal.SIGINT]
BODY = json.dumps(reports.documented()).encode()
AT_ONCE_SECONDS = 3.0
"""Far less than the ten seconds that a request in flight is given."""


@contextmanager
def half_upload(daemon: Daemon) -> Iterator[socket.socket]:
    """Yield a connection whose upload has arrived by half."""
    with closing(raw.connect(daemon)) as connection:
        connection.sendall(raw.post_head(f"Content-Length: {len(BODY)}") + BODY[:100])
        # Answered later than what was sent before it has been read.
        assert daemon.get("/-/healthy").status_code == 200
        yield connection


@pytest.fixture
def half_sent(daemon: Daemon) -> Iterator[socket.socket]:
    """A connection whose upload has arrived by half."""
    with half_upload(daemon) as connection:
        yield connection


def is_stopping(daemon: Daemon, idle: socket.socket) -> None:
    """Wait until a stop was seen: an idle connection is closed then."""
    assert idle.recv(1) == b""
    assert daemon.process.poll() is None


@contextmanager
def idle_connection(daemon: Daemon) -> Iterator[socket.socket]:
    """Yield a connection that has asked something and asks nothing now."""
    with raw.connect(daemon) as idle:
        idle.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert raw.receive(idle).status == 200
        yield idle


@pytest.mark.parametrize("number", SIGNALS)
def test_an_upload_in_flight_is_finished_while_new_connections_wait(
    daemon: Daemon, half_sent: socket.socket, number: signal.Signals
) -> None:
    with idle_connection(daemon) as idle:
        daemon.signal(number)
        is_stopping(daemon, idle)
    raw.connect(daemon).close()
    half_sent.sendall(BODY[100:])
    answer = raw.receive(half_sent)
    assert (answer.status, answer.body["data"]) == (200, {"backupId": 1, "serverId": 1})
    assert half_sent.recv(1) == b""
    assert daemon.wait(AT_ONCE_SECONDS) == 0
    assert daemon.events()[-1]["event"] == "stopped"


def test_what_was_finished_while_stopping_is_there_after_a_restart(
    daemon: Daemon, half_sent: socket.socket
) -> None:
    with idle_connection(daemon) as idle:
        daemon.signal(signal.SIGTERM)
        is_stopping(daemon, idle)
    half_sent.sendall(BODY[100:])
    assert raw.receive(half_sent).status == 200
    assert daemon.wait() == 0
    with Daemon(daemon.log.parent, *ANY_PORT) as again:
        assert again.data("/api/summary")["successfulBackups"] == 1


def test_idle_connections_do_not_delay_the_stop(daemon: Daemon) -> None:
    with raw.connect(daemon) as used, raw.connect(daemon):
        used.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert raw.receive(used).status == 200
        daemon.signal(signal.SIGTERM)
        assert daemon.wait(AT_ONCE_SECONDS) == 0


def test_a_second_signal_does_not_wait_for_what_is_in_flight(
    daemon: Daemon, half_sent: socket.socket
) -> None:
    with idle_connection(daemon) as idle:
        daemon.signal(signal.SIGTERM)
        is_stopping(daemon, idle)
    daemon.signal(signal.SIGINT)
    assert daemon.wait(AT_ONCE_SECONDS) == 0
    assert half_sent.recv(1) == b""


HALVES = {
    "of a body": raw.post_head(f"Content-Length: {len(BODY)}") + BODY[:100],
    "of a chunk": raw.post_head("Transfer-Encoding: chunked") + b"ff\r\n{",
    "of a head": b"POST /api/upload HTTP/1.1\r\nHost: ",
    "of what is refused": raw.post_head("Content-Length: 99999999") + BODY,
}


def test_requests_that_never_end_delay_the_stop_for_a_second(daemon: Daemon) -> None:
    """Their senders try again, and anybody can send half of a request."""
    assert http_server.ARRIVING_SECONDS == 1
    with ExitStack() as stack:
        halves = [stack.enter_context(raw.connect(daemon)) for _ in HALVES]
        for connection, half in zip(halves, HALVES.values(), strict=True):
            connection.sendall(half)
        assert daemon.get("/-/healthy").status_code == 200
        daemon.signal(signal.SIGTERM)
        assert daemon.wait(AT_ONCE_SECONDS) == 0


@pytest.mark.parametrize("given", [0.5, 10.0])
def test_an_answer_that_nobody_reads_delays_the_stop_for_a_while_only(
    tmp_path: Path, given: float
) -> None:
    """Ten seconds, but the tests have no time for so many."""
    assert http_server.DRAIN_SECONDS == 10
    hasty = (
        "import exporter.cli, sys; from api.server import http_server;"
        f" http_server.DRAIN_SECONDS = {given}; "
    )
    command = [sys.executable, "-c", f"{hasty}sys.exit(exporter.cli.main())"]
    with Daemon(tmp_path, *ANY_PORT, command=command) as daemon, ExitStack() as stack:
        unread = stack.enter_context(socket.socket())
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        unread.connect(("127.0.0.1", daemon.port))
        ask = b"GET /api/openapi.yaml HTTP/1.1\r\nHost: localhost\r\n\r\n"
        unread.sendall(ask * 200)
        assert unread.recv(12) == b"HTTP/1.1 200"
        daemon.signal(signal.SIGTERM)
        if given < AT_ONCE_SECONDS:
            assert daemon.wait(AT_ONCE_SECONDS) == 0
        else:
            with pytest.raises(subprocess.TimeoutExpired):
                daemon.wait(2 * http_server.ARRIVING_SECONDS)


def test_a_sender_that_went_away_does_not_delay_the_stop(
    daemon: Daemon, half_sent: socket.socket
) -> None:
    half_sent.close()
    daemon.signal(signal.SIGTERM)
    assert daemon.wait(AT_ONCE_SECONDS) == 0
