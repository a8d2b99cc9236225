"""A service that is pinged, on loopback: it keeps what it is asked, and answers as it is told."""

import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

from tests.support.duplicati.certificate import Certificate

WAIT_SECONDS = 20.0
"""How long one that hangs waits for the end of its test."""


class Ping(NamedTuple):
    """A request as the service got it: the path with its query, names of headers in lower case."""

    method: str
    path: str
    body: str
    headers: dict[str, str]


Answer = Callable[["Handler"], None]
"""Answers a request in its own way."""


class Service:
    """The service. `answer` may be changed at any time."""

    def __init__(self, certificate: Certificate | None = None) -> None:
        self.pings: list[Ping] = []
        self.answer: Answer = says(200, b"OK")
        self.ending = threading.Event()
        self._secure = certificate is not None
        service = self

        class Bound(Handler):
            def setup(self) -> None:
                self.service = service
                super().setup()

        self._server = _Server(("127.0.0.1", 0), Bound)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.path, certificate.key)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def host(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"{'https' if self._secure else 'http'}://{self.host}"

    @property
    def paths(self) -> list[str]:
        """What was asked for."""
        return [ping.path for ping in self.pings]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the library's
        """Say nothing where a client hangs up."""


class Handler(BaseHTTPRequestHandler):
    """Keeps a request and answers it."""

    protocol_version = "HTTP/1.1"
    service: Service

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.service.pings.append(Ping(self.command, self.path, body, headers))
        self.service.answer(self)

    def do_POST(self) -> None:
        self.do_GET()


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Answer so."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def sends(raw: bytes) -> Answer:
    """Send these bytes and hang up."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(raw)
        handler.close_connection = True

    return answer


def hangs(raw: bytes = b"") -> Answer:
    """Send these bytes and nothing more, but stay."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(raw)
        handler.service.ending.wait(WAIT_SECONDS)
        handler.close_connection = True

    return answer


def drips(handler: Handler) -> None:
    """Send a header that never ends, byte by byte."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not handler.service.ending.wait(0.02):
        handler.wfile.write(b"x")
