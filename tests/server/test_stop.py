import json
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from api import serve
from tests.server import raw, reports
from tests.server.daemon import ANY_PORT, Daemon
from tests.server.waiting import eventually

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


def refuses(daemon: Daemon) -> bool:
    try:
        raw.connect(daemon).close()
    except ConnectionError:
        return True
    return False


@pytest.mark.parametrize("number", SIGNALS)
def test_an_upload_in_flight_is_finished_while_new_connections_are_refused(
    daemon: Daemon, half_sent: socket.socket, number: signal.Signals
) -> None:
    daemon.signal(number)
    eventually(lambda: refuses(daemon), "new connections refused")
    assert daemon.process.poll() is None
    half_sent.sendall(BODY[100:])
    answer = raw.receive(half_sent)
    assert (answer.status, answer.body["data"]) == (200, {"backupId": 1, "serverId": 1})
    assert half_sent.recv(1) == b""
    assert daemon.wait(AT_ONCE_SECONDS) == 0
    assert daemon.events()[-1]["event"] == "stopped"


def test_what_was_finished_while_stopping_is_there_after_a_restart(
    daemon: Daemon, half_sent: socket.socket
) -> None:
    daemon.signal(signal.SIGTERM)
    eventually(lambda: refuses(daemon), "new connections refused")
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
    daemon.signal(signal.SIGTERM)
    eventually(lambda: refuses(daemon), "new connections refused")
    daemon.signal(signal.SIGINT)
    assert daemon.wait(AT_ONCE_SECONDS) == 0
    assert half_sent.recv(1) == b""


def test_an_upload_that_never_ends_delays_the_stop_for_a_while_only(tmp_path: Path) -> None:
    """Ten seconds, but the tests have no time for so many."""
    assert serve.DRAIN_SECONDS == 10
    hasty = "import api.serve, exporter.cli, sys; api.serve.DRAIN_SECONDS = 0.5; "
    command = [sys.executable, "-c", f"{hasty}sys.exit(exporter.cli.main())"]
    with Daemon(tmp_path, *ANY_PORT, command=command) as daemon, half_upload(daemon) as sent:
        daemon.signal(signal.SIGTERM)
        assert daemon.wait(AT_ONCE_SECONDS) == 0
        assert sent.recv(1) == b""


def test_a_sender_that_went_away_does_not_delay_the_stop(
    daemon: Daemon, half_sent: socket.socket
) -> None:
    half_sent.close()
    daemon.signal(signal.SIGTERM)
    assert daemon.wait(AT_ONCE_SECONDS) == 0
