"""HTTP by hand, for what no client library would send."""

import http.client
import json
import socket
from io import BufferedIOBase, BytesIO
from typing import Any, NamedTuple, cast

from tests.support.process.commands import BOUND_SECONDS
from tests.support.process.daemon import Daemon


class Answer(NamedTuple):
    """What came back: the status, the content type and the body as JSON."""

    status: int
    content_type: str
    body: dict[str, Any]


def connect(daemon: Daemon) -> socket.socket:
    """Open a connection."""
    return socket.create_connection(("127.0.0.1", daemon.port), timeout=BOUND_SECONDS)


def post_head(*headers: str) -> bytes:
    """Return the head of an upload."""
    lines = ("POST /api/upload HTTP/1.1", "Host: localhost", *headers, "", "")
    return "\r\n".join(lines).encode()


def receive(connection: socket.socket) -> Answer:
    """Read the one answer that is to come."""
    with connection.makefile("rb") as stream:
        return read(stream)


def read(stream: BufferedIOBase) -> Answer:
    """Read the next answer and nothing beyond."""
    status = int(stream.readline().split()[1])
    headers = http.client.parse_headers(stream)
    raw = stream.read(int(headers["Content-Length"]))
    body = cast("dict[str, Any]", json.loads(raw))
    return Answer(status, headers["Content-Type"], body)


def exchange(daemon: Daemon, sent: bytes) -> Answer:
    """Send bytes and read the answer to them."""
    with connect(daemon) as connection:
        connection.sendall(sent)
        return receive(connection)


def chunked(body: bytes, size: int) -> bytes:
    """Return a body in chunks."""
    coded = BytesIO()
    for at in range(0, len(body), size):
        chunk = body[at : at + size]
        coded.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
    coded.write(b"0\r\n\r\n")
    return coded.getvalue()


def upload(body: object) -> bytes:
    """Return the whole request of an upload."""
    coded = json.dumps(body).encode()
    return post_head(f"Content-Length: {len(coded)}") + coded
