"""The proxies take reports through TLS, keep strangers out and tell where a report is from."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
import requests

from exporter.config.options import OPTIONS
from tests.deploy.proxies import COMMANDS, HOST, Proxy, running
from tests.support.process import reports
from tests.support.process.commands import BOUND_SECONDS
from tests.support.process.daemon import ANY_PORT, Daemon

LIMIT = int(next(option.default for option in OPTIONS if option.name == "max_upload_bytes"))
MEBIBYTE = 1024 * 1024
LOOPBACK = {
    "nginx": (("allow 127.0.0.0/8;\n", "\n"), ("allow ::1;\n", "\n")),
    "caddy": (("127.0.0.0/8 ::1 ", ""),),
}
"""Where a file names this machine among those that may look."""
FORGED = {
    "X-Forwarded-For": "192.0.2.66",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": "/evil",
}

REPORT = json.dumps(reports.documented()).encode()


class Echo(BaseHTTPRequestHandler):
    """Answers a post with the headers that came."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(dict(self.headers.items())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture(scope="module", params=COMMANDS)
def program(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("daemon"), *ANY_PORT) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def proxy(
    program: str, daemon: Daemon, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """A proxy in front of a daemon."""
    with running(program, tmp_path_factory.mktemp(program), daemon.port) as proxy:
        yield proxy


@contextlib.contextmanager
def echoing() -> Iterator[int]:
    """Run an echo; yield its port."""
    echo = ThreadingHTTPServer((HOST, 0), Echo)
    thread = threading.Thread(target=echo.serve_forever)
    thread.start()
    try:
        yield echo.server_port
    finally:
        echo.shutdown()
        thread.join()
        echo.server_close()


@pytest.fixture(scope="module")
def outside(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy to which this machine is a stranger, in front of an echo."""
    folder = tmp_path_factory.mktemp(program)
    with echoing() as port, running(program, folder, port, *LOOPBACK[program]) as proxy:
        yield proxy


def test_a_report_comes_in_through_tls(proxy: Proxy, daemon: Daemon) -> None:
    answer = proxy.upload(REPORT)
    assert answer.status_code == 200
    path = f"/api/backups/{answer.json()['data']['backupId']}"
    run = daemon.data(path)
    assert run["backup"]["name"] == "daily-backup"
    assert proxy.get(path).json()["data"] == run


def test_a_report_to_the_plain_port_is_sent_to_tls_and_stays_a_post(proxy: Proxy) -> None:
    answer = requests.post(
        f"{proxy.plain}/api/upload?server=nas",
        data=REPORT,
        allow_redirects=False,
        timeout=BOUND_SECONDS,
    )
    assert answer.status_code == 308
    target = urlsplit(answer.headers["Location"])
    assert (target.scheme, target.hostname) == ("https", HOST)
    assert (target.path, target.query) == ("/api/upload", "server=nas")


def test_what_is_too_large_is_refused_by_the_daemon_which_keeps_its_begin(
    proxy: Proxy, daemon: Daemon
) -> None:
    answer = proxy.upload(b"x" * (LIMIT + 1))
    assert answer.status_code == 413
    assert answer.json()["error"] == "PayloadTooLargeError"
    assert daemon.data("/api/rejected")["rejected"][0]["size"] == LIMIT + 1


def test_what_is_far_too_large_does_not_reach_the_daemon(proxy: Proxy, daemon: Daemon) -> None:
    before = daemon.data("/api/rejected")["rejected"]
    assert _refused(proxy, b"x" * (LIMIT + MEBIBYTE + 1))
    assert daemon.data("/api/rejected")["rejected"] == before


def _refused(proxy: Proxy, body: bytes) -> bool:
    """Tell whether a proxy answered so, or ended the connection, while the body was being sent."""
    try:
        return proxy.upload(body).status_code == 413
    except requests.ConnectionError:
        return True


def test_what_is_told_to_be_far_too_large_is_refused_before_it_is_sent(proxy: Proxy) -> None:
    assert _announce(proxy, LIMIT + MEBIBYTE + 1).startswith("HTTP/1.1 413 ")


def _announce(proxy: Proxy, size: int) -> str:
    """Send the head of a report alone; return how an answer to it begins."""
    port = urlsplit(proxy.secure).port
    trusted = ssl.create_default_context(cafile=str(proxy.certificate))
    head = f"POST /api/upload HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {size}\r\n\r\n"
    with (
        socket.create_connection((HOST, port), BOUND_SECONDS) as plain,
        trusted.wrap_socket(plain, server_hostname=HOST) as connection,
    ):
        connection.sendall(head.encode())
        return connection.recv(LIMIT).decode()


def test_a_stranger_may_hand_in_a_report_and_see_nothing(outside: Proxy) -> None:
    assert outside.upload(REPORT).status_code == 200
    assert outside.post("/api/activity", REPORT).status_code == 200
    for path in ("/", "/api/summary", "/metrics", "/api/upload/x", "/api/activity/x", "/-/healthy"):
        assert outside.get(path).status_code == 403


def test_the_daemon_is_told_the_senders_address_and_not_what_the_sender_claims(
    outside: Proxy,
) -> None:
    told = outside.upload(REPORT, **FORGED).json()
    assert told["X-Forwarded-For"] == HOST
    assert told["X-Forwarded-Proto"] == "https"
    assert "X-Forwarded-Prefix" not in told


def test_the_daemon_is_told_the_address_that_was_called_with_its_port(outside: Proxy) -> None:
    assert outside.upload(REPORT).json()["Host"] == urlsplit(outside.secure).netloc
