"""What a client can use up of a running daemon: time to send, requests in flight, heads, bodies."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from api.headers import SECURITY
from tests.process.conftest import Start
from tests.support.process import raw, reports
from tests.support.process.daemon import Daemon
from tests.support.process.waiting import eventually

SLOW = 200
IN_FLIGHT = 16


def reached(daemon: Daemon, limit: str) -> int:
    """Return how often a limit was run into."""
    name = f'duplistatus_limits_reached_total{{limit="{limit}"}} '
    lines = daemon.get("/metrics").text.splitlines()
    return int(next(float(line.removeprefix(name)) for line in lines if line.startswith(name)))


@contextmanager
def senders(daemon: Daemon, beginnings: list[bytes]) -> Iterator[list[socket.socket]]:
    """Open connections that each send a beginning, and no more for now."""
    with ExitStack() as stack:
        connections = [stack.enter_context(raw.connect(daemon)) for _ in beginnings]
        for connection, beginning in zip(connections, beginnings, strict=True):
            connection.sendall(beginning)
        yield connections


def test_slow_senders_do_not_stop_a_scrape_and_are_refused_in_the_end(start: Start) -> None:
    daemon = start("--request-timeout", "2s")
    half_head = b"POST /api/upload HTTP/1.1\r\nHost: "
    half_body = raw.post_head("Content-Length: 1000") + b"{"
    half_chunk = raw.post_head("Transfer-Encoding: chunked") + b"ff\r\n{"
    with senders(daemon, [half_head, half_body, half_chunk, b"G"] * (SLOW // 4)) as slow:
        assert daemon.get("/metrics").status_code == 200
        assert daemon.post(reports.documented()).status_code == 200
        for connection in slow:
            answer = raw.receive(connection)
            assert (answer.status, answer.body["error"]) == (408, "RequestTimeoutError")
        assert reached(daemon, "request_time") == SLOW


def test_a_sender_that_drips_is_refused_however_busy_it_seems(start: Start) -> None:
    daemon = start("--request-timeout", "1s")
    with raw.connect(daemon) as connection:
        connection.sendall(raw.post_head("Content-Length: 1000000"))
        connection.settimeout(0.02)

        def drip() -> bytes | None:
            connection.sendall(b"x")
            try:
                return connection.recv(1 << 16)
            except TimeoutError:
                return None

        assert eventually(drip, "an answer").startswith(b"HTTP/1.1 408 ")
    assert reached(daemon, "request_time") == 1


def test_a_connection_that_asks_nothing_is_no_slow_sender(start: Start) -> None:
    daemon = start("--request-timeout", "1s")
    with senders(daemon, [b"G"]) as (slow,), raw.connect(daemon) as idle:
        assert raw.receive(slow).status == 408
        idle.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert raw.receive(idle).status == 200


def test_a_pause_between_requests_is_no_slow_sender(
    start: Start,
) -> None:
    daemon = start("--request-timeout", "1s")
    ask = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with raw.connect(daemon) as connection, connection.makefile("rb") as stream:
        with senders(daemon, [b"G"]) as (slow,):
            connection.sendall(ask)
            assert raw.read(stream).status == 200
            assert raw.receive(slow).status == 408
        connection.sendall(ask)
        assert raw.read(stream).status == 200


def test_one_request_too_many_is_503_at_once_and_the_others_are_answered(start: Start) -> None:
    daemon = start("--max-requests", str(IN_FLIGHT))
    daemon.upload(reports.nth(0))
    bodies = [reports.nth(number) for number in range(1, IN_FLIGHT + 1)]
    uploads = [raw.upload(body) for body in bodies]
    database = daemon.log.parent / "duplistatus.sqlite"
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with senders(daemon, uploads) as waiting:
            refused = eventually(lambda: busy(daemon), "a refusal")
            for path in ("/-/healthy", "/metrics", "/api/jobs", "/api/backups"):
                assert daemon.get(path).status_code == 200
            other.execute("ROLLBACK")
            assert [raw.receive(connection).status for connection in waiting] == [200] * IN_FLIGHT
    assert refused["Retry-After"] == "10"
    assert SECURITY.items() <= refused.items()
    assert reached(daemon, "requests") >= 1


def busy(daemon: Daemon) -> dict[str, str] | None:
    answer = daemon.post(b"no report")
    return dict(answer.headers) if answer.status_code == 503 else None


def test_a_head_that_is_too_large_is_431_and_counted(start: Start) -> None:
    daemon = start("--max-header-bytes", "4096")
    head = b"GET /-/healthy HTTP/1.1\r\nLong: " + b"x" * 5000 + b"\r\n\r\n"
    assert raw.exchange(daemon, head).status == 431
    assert reached(daemon, "header_bytes") == 1


def test_a_body_that_the_server_does_not_even_read_is_counted_as_well(start: Start) -> None:
    daemon = start("--max-upload-bytes", "4096")
    assert raw.exchange(daemon, raw.post_head("Content-Length: 99999999")).status == 413
    assert reached(daemon, "upload_bytes") == 1


def test_a_proxy_that_is_trusted_tells_the_sender(start: Start) -> None:
    daemon = start("--trusted-proxies", "127.0.0.1")
    daemon.post(b"no report", headers={"X-Forwarded-For": "198.51.100.7, 192.0.2.1"})
    assert daemon.data("/api/rejected")["rejected"][0]["sender"] == "192.0.2.1"


def test_a_proxy_that_is_not_trusted_tells_nothing(start: Start) -> None:
    daemon = start()
    daemon.post(b"no report", headers={"X-Forwarded-For": "192.0.2.1"})
    assert daemon.data("/api/rejected")["rejected"][0]["sender"] == "127.0.0.1"
