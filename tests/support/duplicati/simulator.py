"""A server that answers as Duplicati's does, since Duplicati itself cannot be installed here.

It follows Duplicati 2.1 to 2.3: `Duplicati/WebserverCore/Endpoints/V1` has the routes, the log's
pages have 10 to 500 rows, the newest first, and hold only rows before `offset`. What it cannot
show is a version of Duplicati that answers in another way.
"""

import functools
import json
import secrets
import ssl
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from exporter.times import SECOND, Millis
from tests.support.duplicati.certificate import Certificate
from tests.support.duplicati.memory import Json, Memory

PASSWORD = "correct horse battery staple"
API = "/api/v1"


class Canned(NamedTuple):
    """What is answered in the place of the truth; `broken` ends the connection within it."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    broken: bool = False


class Simulator(Memory):
    """One server. What it knows, and how it misbehaves, may be changed at any time."""

    def __init__(self, certificate: Certificate | None = None) -> None:
        """Know nothing but a machine; with a certificate speak HTTPS."""
        super().__init__()
        self.password = PASSWORD
        self.ahead: Millis = 0
        self.tokens: set[str] = set()
        self.long_lived: set[str] = set()
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.faults: dict[str, deque[Canned | None]] = defaultdict(deque)
        self.always: dict[str, Canned] = {}
        self.before: dict[str, Callable[[], object]] = {}
        self.after: dict[str, Callable[[], object]] = {}
        self._certificate = certificate
        self._server = _Server(("127.0.0.1", 0), functools.partial(_Handler, self))
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.path, certificate.key)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Where it listens."""
        scheme = "http" if self._certificate is None else "https"
        return f"{scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def asked(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(urlsplit(request).path == f"{API}{path}" for request in self.requests)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the library's
        """Say nothing where a client hangs up: what is tested may write to the same output."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece
    timeout = 20

    def __init__(self, simulator: Simulator, *connection: Any) -> None:  # noqa: ANN401 - the library's
        self._simulator = simulator
        super().__init__(*connection)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return its time for the header Date, as its own clock goes."""
        at = time.time() if timestamp is None else timestamp
        return super().date_time_string(at + self._simulator.ahead / SECOND)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._answer(lambda path, _query: self._log_in(path, body))

    def do_PATCH(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._answer(lambda path, _query: self._change(path, body))

    def do_GET(self) -> None:
        self._answer(self._read)

    def _answer(self, truth: Callable[[str, dict[str, int]], Canned]) -> None:
        simulator, url = self._simulator, urlsplit(self.path)
        simulator.requests.append(self.path)
        simulator.headers.append(dict(self.headers))
        path = url.path.removeprefix(API)
        faults = simulator.faults[path]
        canned = faults.popleft() if faults else simulator.always.get(path)
        if canned is None:
            simulator.before.get(path, lambda: None)()
            query = {name: int(values[-1]) for name, values in parse_qs(url.query).items()}
            canned = truth(path, query)
            simulator.after.get(path, lambda: None)()
        self._send(canned)

    def _send(self, canned: Canned) -> None:
        self.send_response(canned.status)
        for name, value in canned.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(canned.body) + canned.broken))
        self.end_headers()
        self.wfile.write(canned.body)
        self.close_connection = canned.broken or self.close_connection

    def _log_in(self, path: str, body: bytes) -> Canned:
        if path != "/auth/login":
            return _NOT_FOUND
        if json.loads(body)["Password"] != self._simulator.password:
            return _UNAUTHORIZED
        token = secrets.token_hex(8)
        self._simulator.tokens.add(token)
        return _json({"AccessToken": token, "RefreshNonce": None})

    def _change(self, path: str, body: bytes) -> Canned:
        if not self._is_known():
            return _UNAUTHORIZED
        if path != "/serversettings":
            return _NOT_FOUND
        self._simulator.change_settings(json.loads(body))
        return Canned(200, b"")

    def _is_known(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return given in self._simulator.tokens | self._simulator.long_lived

    def _read(self, path: str, query: dict[str, int]) -> Canned:
        if not self._is_known():
            return _UNAUTHORIZED
        told = self._simulator.told(path)
        return self._read_log(path, query) if told is None else _json(told)

    def _read_log(self, path: str, query: dict[str, int]) -> Canned:
        simulator = self._simulator
        _, _, backup_id, what = ("", *path.split("/"), "", "")[1:5]
        rows = simulator.rows.get(backup_id)
        if not what and rows is not None:
            return _json(simulator.entry(backup_id))
        if what != "log" or rows is None:
            return _NOT_FOUND
        if self._simulator.is_sync(backup_id):
            return Canned(500)
        return _json(_page(rows, query))


def _page(rows: list[Json], query: dict[str, int]) -> list[Json]:
    before = query.get("offset", 2**63)
    found = sorted((row for row in rows if row["ID"] < before), key=lambda row: -row["ID"])
    return found[: max(10, min(500, query.get("pagesize", 100)))]


def _json(value: object) -> Canned:
    return Canned(200, json.dumps(value).encode(), (("Content-Type", "application/json"),))


_UNAUTHORIZED = Canned(401, b'{"Error":"Unauthorized","Code":401}')
_NOT_FOUND = Canned(404, b'{"Error":"Not found","Code":404}')


def results(payload: Path) -> Json:
    """Return what Duplicati stores of the run of a posted report."""
    body = json.loads(payload.read_bytes())
    lines = [line for line in body["LogLines"] if not line.startswith("... and")]
    logs = {
        key: [line for line in lines if f"[{level}-" in line]
        for key, level in (
            ("Messages", "Information"),
            ("Warnings", "Warning"),
            ("Errors", "Error"),
        )
    }
    data: Json = body["Data"]
    return data | logs
