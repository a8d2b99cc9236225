"""Uploads to a daemon that notifies three channels, compared with one that does not.

All 10,000 jobs are overdue, so each channel has as many alerts; the channels accept all.
"""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.tools.bench import processes
from tests.tools.bench.figures import Figure
from tests.tools.bench.filling import Size, fill, fresh_copy
from tests.tools.bench.setting import Setting

_SIZE = Size(10_000, 10_000)
_CONNECTIONS = (8, 64)
_CHANNELS = 3
_FIRST_SECONDS = 90.0


class _Receiver(ThreadingHTTPServer):
    """Accepts all messages and counts them."""

    def __init__(self) -> None:
        self.accepted = 0
        super().__init__(("127.0.0.1", 0), _Accepting)


class _Accepting(BaseHTTPRequestHandler):
    server: _Receiver

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.server.accepted += 1

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure uploads with and without channels, one after the other."""
    filled = setting.folder / "notifying.sqlite"
    if not filled.exists():
        fill(filled, _SIZE)
    with _receiver() as receiver:
        config = _config(setting.folder / "notifying.toml", receiver.server_port)
        for connections in _CONNECTIONS:
            yield _uploads(setting, receiver, filled, config, connections)


def _uploads(
    setting: Setting, receiver: _Receiver, filled: Path, config: Path, connections: int
) -> Figure:
    measured = setting.folder / "measured"
    silent = [_without(setting, filled, measured, connections)]
    known = receiver.accepted
    with processes.daemon(fresh_copy(filled, measured), config=config) as served:
        _wait_for(receiver, known + _CHANNELS)
        notifying = setting.load.upload(served.url, _SIZE.jobs, connections).per_second
    silent.append(_without(setting, filled, measured, connections))
    what = f"uploads with three channels, {connections} connections"
    return Figure(what, "without any", "≥ 0.95", "/s", notifying, statistics.mean(silent))


def _without(setting: Setting, filled: Path, measured: Path, connections: int) -> float:
    """Measure before and after: the first of two loads may find the machine in another state."""
    with processes.daemon(fresh_copy(filled, measured)) as served:
        return setting.load.upload(served.url, _SIZE.jobs, connections).per_second


def _config(path: Path, port: int) -> Path:
    tables = [
        f'[[notify]]\nname = "channel-{number}"\nurl = "json://127.0.0.1:{port}/{number}"\n'
        for number in range(_CHANNELS)
    ]
    path.write_text("".join(tables), encoding="utf-8")
    return path


def _wait_for(receiver: _Receiver, messages: int) -> None:
    deadline = time.monotonic() + _FIRST_SECONDS
    while receiver.accepted < messages:
        if time.monotonic() > deadline:
            raise RuntimeError("the channels got no message")
        time.sleep(0.1)


@contextmanager
def _receiver() -> Iterator[_Receiver]:
    receiver = _Receiver()
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()
