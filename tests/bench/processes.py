"""The processes that are measured: the daemon and the floors."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_LISTENING = re.compile(r'listening url="(http://[^"]+)"')
_DAEMON = "import sys; from exporter.cli import main; sys.exit(main())"
_START_SECONDS = 20.0
_STOP_SECONDS = 20.0


@contextlib.contextmanager
def daemon(database: Path) -> Iterator[str]:
    """Run the daemon on a database, all else as by default; yield its address."""
    options = ["--listen", "127.0.0.1:0", "--database", str(database)]
    with _running(["-c", _DAEMON, "serve", *options], database.with_suffix(".log")) as url:
        yield url


@contextlib.contextmanager
def floor(log: Path, *arguments: str) -> Iterator[str]:
    """Run a floor; yield its address."""
    with _running(["-m", "tests.bench.floor", *arguments], log) as url:
        yield url


@contextlib.contextmanager
def _running(command: list[str], log: Path) -> Iterator[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DUPLISTATUS_")
    }
    with log.open("wb") as stderr:
        process = subprocess.Popen([sys.executable, *command], stderr=stderr, env=environment)
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = _LISTENING.search(log.read_text(encoding="utf-8"))
        if found:
            return found[1]
        time.sleep(0.02)
    message = f"a process did not start: {log.read_text(encoding='utf-8').strip()}"
    raise RuntimeError(message)
