"""Connections of strangers: raw bytes, and the status of the one answer that may come."""

import socket
import struct

HOST = "127.0.0.1"
MEBIBYTE = 1024 * 1024
_PATIENCE_SECONDS = 100.0
_PIECE_BYTES = 64 * 1024
_MAX_LINE_LENGTH = 1000
_AT_ONCE = struct.pack("ii", 1, 0)
"""A linger of no time at all: the connection is reset in the place of being closed."""


def connect(port: int) -> socket.socket:
    """Open a connection."""
    return socket.create_connection((HOST, port), timeout=_PATIENCE_SECONDS)


def head(*headers: str, request: str = "POST /api/upload HTTP/1.1", host: str = HOST) -> bytes:
    """Return the head of a request."""
    return "\r\n".join((request, f"Host: {host}", *headers, "", "")).encode()


def post(body: bytes, *headers: str, path: str = "/api/upload") -> bytes:
    """Return a whole request."""
    request = f"POST {path} HTTP/1.1"
    return head(f"Content-Length: {len(body)}", *headers, request=request) + body


def status(connection: socket.socket) -> int | None:
    """Return the status of the next answer; None where the connection ends without one."""
    with connection.makefile("rb") as stream:
        line: bytes = stream.readline(_MAX_LINE_LENGTH)
    return int(line.split()[1]) if line else None


def exchange(port: int, sent: bytes) -> int | None:
    """Send all of something, then return the status of the answer."""
    with connect(port) as connection:
        connection.sendall(sent)
        return status(connection)


def pour(connection: socket.socket, count: int, piece: bytes = b" " * _PIECE_BYTES) -> None:
    """Send so many bytes of no meaning."""
    for _ in range(count // len(piece)):
        connection.sendall(piece)


def reset(connection: socket.socket) -> None:
    """End a connection as a machine does that has crashed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    connection.close()
