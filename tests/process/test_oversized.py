"""Reports that are far too large: their senders see why they are refused, and so do people."""

import json
import socket

import pytest

from tests.process.conftest import Start
from tests.support.process import raw, reports
from tests.support.process.daemon import Daemon
from tests.support.process.waiting import eventually

LIMIT = 4096
REPORT = json.dumps(reports.documented("nas", "Huge")).encode()
SIZE = 8 * 1024 * 1024
"""More than the sockets of both ends hold."""

BODY = REPORT + b" " * (SIZE - len(REPORT))
WHOLE = {
    "by its length": raw.post_head(f"Content-Length: {SIZE}") + BODY,
    "by put": raw.post_head(f"Content-Length: {SIZE}").replace(b"POST", b"PUT") + BODY,
    "in chunks": raw.post_head("Transfer-Encoding: chunked") + raw.chunked(BODY, 65536),
}


def rejected_uploads(daemon: Daemon) -> str:
    lines = daemon.get("/metrics").text.splitlines()
    return next(line for line in lines if 'uploads_total{outcome="rejected"}' in line).split()[-1]


@pytest.mark.parametrize("shape", WHOLE)
def test_who_sends_all_of_it_first_sees_the_refusal_and_so_do_people(
    start: Start, shape: str
) -> None:
    daemon = start("--max-upload-bytes", str(LIMIT))
    answer = raw.exchange(daemon, WHOLE[shape])
    assert answer.status == 413
    assert "--send-http-max-log-lines" in answer.body["message"]
    assert rejected_uploads(daemon) == "1.0"
    (kept,) = daemon.data("/api/rejected")["rejected"]
    assert kept["body"].startswith(REPORT.decode())
    assert kept["counts"]
    (told,) = [event for event in daemon.events() if event["event"] == "report rejected"]
    assert "max_upload_bytes" in told["reason"]


@pytest.mark.parametrize("length", [LIMIT + 2 * 1024 * 1024, 10**12])
def test_who_asks_before_sending_is_told_at_once(start: Start, length: int) -> None:
    daemon = start("--max-upload-bytes", str(LIMIT))
    head = raw.post_head(f"Content-Length: {length}", "Expect: 100-continue")
    assert raw.exchange(daemon, head).status == 413
    assert rejected_uploads(daemon) == "1.0"


def test_who_asks_before_sending_what_is_taken_is_told_to_go_on(daemon: Daemon) -> None:
    with raw.connect(daemon) as connection, connection.makefile("rb") as stream:
        connection.sendall(raw.post_head(f"Content-Length: {len(REPORT)}", "Expect: 100-continue"))
        assert stream.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert stream.readline() == b"\r\n"
        connection.sendall(REPORT)
        assert raw.read(stream).status == 200


def test_who_asks_to_go_on_with_nothing_is_answered(daemon: Daemon) -> None:
    head = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n"
    assert raw.exchange(daemon, head).status == 200


def test_who_falls_silent_after_a_refusal_is_not_waited_for(start: Start) -> None:
    daemon = start("--request-timeout", "1s", "--max-upload-bytes", str(LIMIT))
    with raw.connect(daemon) as connection:
        connection.sendall(raw.post_head(f"Content-Length: {SIZE}") + BODY[: SIZE // 2])
        assert raw.receive(connection).status == 413

        def sees_the_end() -> bool:
            try:
                connection.sendall(b" ")
            except (BrokenPipeError, ConnectionResetError):
                return True
            return False

        eventually(sees_the_end, "a connection that is closed")


def test_no_second_request_is_taken_behind_a_refusal(start: Start) -> None:
    daemon = start("--max-upload-bytes", str(LIMIT))
    hidden = raw.upload(reports.documented("hidden"))
    with raw.connect(daemon) as connection:
        connection.sendall(WHOLE["by its length"] + hidden)
        connection.shutdown(socket.SHUT_WR)
        answers = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answers.count(b"HTTP/1.1 ") == 1
    assert daemon.data("/api/servers")["servers"] == []
