"""Compose's two daemons behind HAProxy: what one cannot take, the other gets."""

import contextlib
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from exporter.config.options import OPTIONS
from exporter.times import SECOND
from tests.deploy.compose import ALONE, REPLICAS
from tests.deploy.files import read
from tests.deploy.proxies import fill
from tests.deploy.test_docker import services
from tests.support.process.commands import BOUND_SECONDS, needed
from tests.support.process.ports import free_port
from tests.support.process.waiting import eventually

HAPROXY = read("docker/haproxy.replicas.cfg")
HOST = "127.0.0.1"
DAEMONS = ("daemon-1", "daemon-2")
FITS = 100_000
"""Less than the buffer, of which HAProxy keeps some for itself."""

UPLOADS = ("/api/upload", "/api/activity")
TRIES = 6
(PATIENCE,) = (
    option.parse(option.default) for option in OPTIONS if option.name == "upload_patience"
)


class Answering(ThreadingHTTPServer):
    """Is ready, and answers every post alike; without a status it cuts the connection."""

    def __init__(self, status: int | None) -> None:
        super().__init__((HOST, 0), _Handler)
        self.status = status
        self.senders: set[str] = set()

    @contextlib.contextmanager
    def serving(self) -> Iterator["Answering"]:
        """Serve for as long as it is needed."""
        thread = threading.Thread(target=self.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()

    def handle_error(self, *_: object) -> None:
        """Say nothing of a check that HAProxy ends early."""


class _Handler(BaseHTTPRequestHandler):
    server: Answering

    def do_GET(self) -> None:
        self._answer(200)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.senders.add(self.headers["X-Forwarded-For"])
        if self.server.status is None:
            self.close_connection = True
        else:
            self._answer(self.server.status)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


def _in_two_pieces(size: int) -> Iterator[bytes]:
    """Yield a body that does not come at once with its head, as a sender may do it."""
    yield b"x"
    yield b"x" * (size - 1)


def _config(folder: Path, port: int, daemons: tuple[int, int]) -> Path:
    pairs = [
        (f"{name}:9666", f"{HOST}:{daemon}") for name, daemon in zip(DAEMONS, daemons, strict=True)
    ]
    config = folder / "haproxy.cfg"
    text = fill(HAPROXY, ("bind :9666", f"bind {HOST}:{port}"), *pairs)
    config.write_text(text, encoding="utf-8")
    return config


@contextlib.contextmanager
def _haproxy(folder: Path, *daemons: Answering) -> Iterator[str]:
    """Run HAProxy in front of two daemons; yield its address."""
    first, second = daemons
    port = free_port()
    config = _config(folder, port, (first.server_port, second.server_port))
    url = f"http://{HOST}:{port}"
    with (folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen([needed("haproxy"), "-f", config], stdout=log, stderr=log)
    try:
        eventually(lambda: _answers(url), "HAProxy answering")
        yield url
    finally:
        process.terminate()
        process.wait(BOUND_SECONDS)


def _answers(url: str) -> bool:
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(url, timeout=BOUND_SECONDS).status_code == 200
    return False


@pytest.fixture(scope="module", params=[503, 502, None], ids=["busy", "broken", "cut"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """HAProxy before a daemon that takes no report and one that does."""
    folder = tmp_path_factory.mktemp("haproxy")
    with (
        Answering(request.param).serving() as failing,
        Answering(200).serving() as taking,
        _haproxy(folder, failing, taking) as url,
    ):
        yield url
    assert failing.senders | taking.senders == {HOST}


def _post(url: str, size: int) -> int:
    headers = {"Content-Length": str(size), "X-Forwarded-For": "192.0.2.66"}
    body: Any = _in_two_pieces(size)
    request = requests.Request("POST", url, headers=headers, data=body).prepare()
    request.headers.pop("Transfer-Encoding", None)
    with requests.Session() as session:
        return session.send(request, timeout=BOUND_SECONDS).status_code


def test_haproxy_has_nothing_to_say(tmp_path: Path) -> None:
    config = _config(tmp_path, free_port(), (free_port(), free_port()))
    done = subprocess.run(
        [needed("haproxy"), "-c", "-dW", "-f", config], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", UPLOADS)
@pytest.mark.parametrize("size", [600, FITS])
def test_a_report_that_one_does_not_take_is_given_to_the_other(
    address: str, path: str, size: int
) -> None:
    assert [_post(f"{address}{path}", size) for _ in range(TRIES)] == [200] * TRIES


def test_a_change_by_hand_is_not_made_twice(address: str) -> None:
    told = {_post(f"{address}/api/servers/1/merge", 600) for _ in range(TRIES)}
    assert 200 in told
    assert told & {502, 503}


def test_a_report_may_wait_as_long_as_its_sender_and_the_daemon_do() -> None:
    (wait,) = re.findall(r"^    timeout server (\d+)s$", HAPROXY, re.MULTILINE)
    assert int(wait) > 100 > PATIENCE // SECOND


def test_no_token_gets_into_the_log() -> None:
    (line,) = re.findall(r"^    log-format (.*)$", HAPROXY, re.MULTILINE)
    assert {"%r", "%HU", "%HQ", "%HV"}.isdisjoint(re.findall(r"%\w+", line))


def test_haproxy_leads_to_the_daemons_of_the_compose_file() -> None:
    found = services(REPLICAS)
    servers = dict(re.findall(r"^    server (\S+) (\S+)$", HAPROXY, re.MULTILINE))
    assert servers == {name: f"{name}:9666" for name in DAEMONS}
    assert {*servers} <= {*found}
    assert found["haproxy"]["ports"] == ["9666:9666"]
    assert found["haproxy"]["volumes"][0].startswith("./haproxy.replicas.cfg:")


def test_the_daemons_are_alike_and_keep_nothing() -> None:
    first, second = (services(REPLICAS)[name] for name in DAEMONS)
    alone = services(ALONE)["duplistatus"]
    assert first == second
    assert "volumes" not in first
    assert "ports" not in first
    for key in ("image", "read_only", "cap_drop", "security_opt"):
        assert first[key] == alone[key]


def test_a_daemon_has_the_time_to_end_that_it_needs() -> None:
    (grace,) = {services(REPLICAS)[name]["stop_grace_period"] for name in DAEMONS}
    assert int(grace.removesuffix("s")) >= PATIENCE // SECOND + 10


def test_no_password_is_written_down() -> None:
    told = re.findall(r"(?:PASSWORD|TOKEN): (.*)", read(REPLICAS))
    assert len(told) == 3
    assert all(re.fullmatch(r'"\$\{\w+:\?[^}]+\}"', each) for each in told)
