"""A proxy in front of PostgreSQL that cuts a connection after some messages of a client.

The server still runs what was passed on before, but its answer is lost.
"""

import socket
import struct
import tempfile
import threading
from pathlib import Path
from typing import Self

_PORT = 5432
_CHUNK = 65536


class CuttingProxy:
    """Listens on its own Unix socket; `url` is the database through it."""

    def __init__(self, server: Path, database: str) -> None:
        self._server = server
        self._database = database
        self._lock = threading.Lock()
        self._left: int | None = None
        self.cuts = 0
        self._open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{self._folder.name}/.s.PGSQL.{_PORT}")
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in list(self._open):
            each.close()
        self._folder.cleanup()

    @property
    def url(self) -> str:
        """The address of the database through the proxy."""
        return f"postgresql://postgres@/{self._database}?host={self._folder.name}"

    def cut_after(self, messages: int) -> None:
        """Cut the connection on which a client has sent this many more messages."""
        with self._lock:
            self._left = messages

    @property
    def is_armed(self) -> bool:
        """Whether a connection will still be cut."""
        return self._left is not None

    def disarm(self) -> None:
        """Cut no connection."""
        self._left = None

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{self._server}/.s.PGSQL.{_PORT}")
            self._open |= {client, server}
            threading.Thread(target=self._ask, args=(client, server), daemon=True).start()
            threading.Thread(target=_pump, args=(server, client), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on whole messages of a client: each has a letter, but the first, and its length."""
        buffer, head = b"", 0
        try:
            while True:
                while (whole := _length(buffer, head)) is None:
                    received = client.recv(_CHUNK)
                    if not received:
                        return
                    buffer += received
                if head and self._is_over():
                    return
                server.sendall(buffer[:whole])
                buffer, head = buffer[whole:], 1
        except OSError:
            return
        finally:
            _shut(client)
            _shut(server)

    def _is_over(self) -> bool:
        with self._lock:
            if self._left is None:
                return False
            self._left -= 1
            if self._left >= 0:
                return False
            self._left = None
            self.cuts += 1
            return True


def _length(buffer: bytes, head: int) -> int | None:
    """Return the length of the first message; None if it is not complete."""
    if len(buffer) < head + 4:
        return None
    length = head + int(struct.unpack_from("!I", buffer, head)[0])
    return length if len(buffer) >= length else None


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while received := source.recv(_CHUNK):
            target.sendall(received)
    except OSError:
        pass
    finally:
        _shut(source)
        _shut(target)


def _shut(each: socket.socket) -> None:
    try:
        each.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
