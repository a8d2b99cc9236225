"""What no client library would send: whatever comes, no 5xx, no trace, and nothing smuggled in."""

import json
import re
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.process import raw, reports
from tests.support.process.daemon import Daemon

HONEST = json.dumps(reports.documented("honest")).encode()
SMUGGLED = json.dumps(reports.documented("smuggled")).encode()
LENGTH = f"Content-Length: {len(HONEST)}"
HIDDEN = raw.post_head(f"Content-Length: {len(SMUGGLED)}") + SMUGGLED
CHUNKED = raw.chunked(HONEST, len(HONEST))
SIZE, REST = CHUNKED.split(b"\r\n", 1)

AMBIGUOUS = {
    "chunked and a length": raw.post_head("Transfer-Encoding: chunked", LENGTH) + CHUNKED,
    "a length and chunked": raw.post_head(LENGTH, "Transfer-Encoding: chunked") + HONEST,
    "two lengths": raw.post_head(LENGTH, "Content-Length: 1") + HONEST,
    "one length twice": raw.post_head(LENGTH, LENGTH) + HONEST,
    "a list of lengths": raw.post_head(f"{LENGTH}, {len(HONEST)}") + HONEST,
    "a length with a sign": raw.post_head(LENGTH.replace(": ", ": +")) + HONEST,
    "a length without end": raw.post_head(f"Content-Length: {'9' * 5000}") + HONEST,
    "a length in a folded line": raw.post_head(f"X: x\r\n {LENGTH}") + HONEST,
    "chunked twice": raw.post_head("Transfer-Encoding: chunked, chunked") + CHUNKED,
    "chunked in two lines": raw.post_head(*["Transfer-Encoding: chunked"] * 2) + CHUNKED,
    "chunked and another": raw.post_head("Transfer-Encoding: chunked, identity") + CHUNKED,
    "chunked with a control": raw.post_head("Transfer-Encoding: \x0bchunked", LENGTH) + HONEST,
    "chunked of HTTP/1.0": raw.post_head(
        "Transfer-Encoding: chunked", "Connection: keep-alive"
    ).replace(b"/1.1", b"/1.0", 1)
    + CHUNKED,
    "a bare line feed": raw.post_head("X: x\nTransfer-Encoding: chunked", LENGTH) + HONEST,
    "a bare return": raw.post_head("X: x\rTransfer-Encoding: chunked", LENGTH) + HONEST,
    "a space before the colon": raw.post_head("Content-Length : 1") + HONEST,
    "a hexadecimal prefix": raw.post_head("Transfer-Encoding: chunked") + b"0x" + CHUNKED,
    "a chunk with a sign": raw.post_head("Transfer-Encoding: chunked") + b"+" + CHUNKED,
    "a chunk longer than told": raw.post_head("Transfer-Encoding: chunked")
    + b"\r\n".join((SIZE, b"x" + REST)),
    "a line feed in an extension": raw.post_head("Transfer-Encoding: chunked")
    + b"\r\n".join((SIZE + b";a\nb", REST)),
}


def said(daemon: Daemon, sent: bytes) -> bytes:
    """Send bytes and no more, and return all that is answered until the daemon hangs up."""
    with raw.connect(daemon) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def statuses(answers: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answers)]


def names(daemon: Daemon) -> set[str]:
    return {server["name"] for server in daemon.data("/api/servers")["servers"]}


def assert_unharmed(daemon: Daemon) -> None:
    assert daemon.get("/-/ready").status_code == 200
    assert [each for each in daemon.events() if each["level"] == "error" or "trace" in each] == []


@pytest.mark.parametrize("shape", AMBIGUOUS)
def test_a_request_of_ambiguous_length_hides_no_other(shared_daemon: Daemon, shape: str) -> None:
    answered = statuses(said(shared_daemon, AMBIGUOUS[shape] + HIDDEN))
    assert len(answered) == 1
    assert answered[0] in {400, 501}
    assert "smuggled" not in names(shared_daemon)
    assert_unharmed(shared_daemon)


def test_a_request_in_the_body_of_another_is_no_request(shared_daemon: Daemon) -> None:
    head = f"GET /-/healthy HTTP/1.1\r\nHost: x\r\nContent-Length: {len(HIDDEN)}\r\n\r\n"
    assert statuses(said(shared_daemon, head.encode() + HIDDEN)) == [200]
    assert "smuggled" not in names(shared_daemon)


HEADS = {
    b"GET http://[ HTTP/1.1\r\nHost: x": 400,
    b"GET http://[::1/metrics HTTP/1.1\r\nHost: x": 400,
    b"GET http://]/ HTTP/1.1\r\nHost: x": 400,
    b"GET http://\xe2\x84\x80/ HTTP/1.1\r\nHost: x": 400,
    b"GET http://x:y/-/healthy HTTP/1.1\r\nHost: x": 200,
    b"GET http://[::1]:80/-/healthy HTTP/1.1\r\nHost: x": 200,
    b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nHost: x": 400,
    b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nA: b\r\nhOST: y": 400,
    b"GET /-/healthy HTTP/1.0\r\nHost: x\r\nHost: y": 400,
    b"GET /-/healthy HTTP/1.1": 400,
    b"GET /-/healthy HTTP/1.1\r\nA: Host: x": 400,
    b"GET /-/healthy HTTP/2.0": 400,
    b"GET /-/healthy HTTP/1.0": 200,
    b"OPTIONS / HTTP/1.0": 200,
    b"GET /-/healthy HTTP/1.1\r\nHost:": 200,
    b"GET /-/healthy HTTP/1.1\r\nHost: [": 200,
}
"""Heads, and how they are answered: by themselves, not with a connection that breaks."""


@pytest.mark.parametrize("head", HEADS)
def test_an_odd_address_or_host_is_answered(shared_daemon: Daemon, head: bytes) -> None:
    assert statuses(said(shared_daemon, head + b"\r\n\r\n")) == [HEADS[head]]
    assert_unharmed(shared_daemon)


@pytest.mark.parametrize("cut", [1, len(SIZE) + 2, len(CHUNKED) // 2, len(CHUNKED) - 1])
def test_a_chunked_body_that_is_cut_short_is_no_report(shared_daemon: Daemon, cut: int) -> None:
    before = names(shared_daemon)
    sent = raw.post_head("Transfer-Encoding: chunked") + CHUNKED[:cut]
    assert set(statuses(said(shared_daemon, sent))) <= {400}
    assert names(shared_daemon) == before
    assert_unharmed(shared_daemon)


def test_requests_sent_at_once_are_answered_in_their_order(shared_daemon: Daemon) -> None:
    paths = ("/-/healthy", "/nowhere", "/api/backups?limit=x", "/-/ready") * 5
    sent = "".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths)
    assert statuses(said(shared_daemon, sent.encode())) == [200, 404, 400, 200] * 5


WORDS = (
    *(b"GET", b"POST", b"PATCH", b" ", b"/", b"/api/upload", b"/api/jobs/1", b"HTTP/1.1"),
    *(b"Content-Length: 4", b"Transfer-Encoding: chunked", b"Authorization: Bearer "),
    *(b"http://[", b"]", b"Host: x", b"HTTP/1.0"),
    *(b"\r\n", b"\r\n\r\n", b"Accept: */*;q=", b"If-None-Match: ", b"?limit=", b"%00", b"{"),
)
"""What requests are made of; garbage of these comes further than any bytes."""


@settings(max_examples=60)
@given(sent=st.lists(st.sampled_from(WORDS) | st.binary(max_size=40)).map(b"".join))
def test_no_bytes_at_all_make_the_daemon_fail(shared_daemon: Daemon, sent: bytes) -> None:
    answered = statuses(said(shared_daemon, sent + b"\r\n\r\n"))
    assert [status for status in answered if status >= 500 and status != 501] == []
    assert_unharmed(shared_daemon)
