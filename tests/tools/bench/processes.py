"""The processes that are measured: the daemon and the floors."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_LISTENING = re.compile(r'listening url="(http://[^"]+)"')
_DAEMON = "import sys; from exporter.cli import main; sys.exit(main())"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_MEGABYTE = 1024 * 1024
_HERE = Path(__file__).parents[3]


class Served(NamedTuple):
    """A process that serves, and how long it took to start."""

    url: str
    pid: int
    start_seconds: float

    def processor_seconds(self) -> float:
        """Return the processor time it has taken."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        """Return the memory it holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE


@contextlib.contextmanager
def daemon(
    database: Path | str,
    code: Path = _HERE,
    log: Path | None = None,
    config: Path | None = None,
    python: str = sys.executable,
) -> Iterator[Served]:
    """Run the daemon on a database, all else as by default; the code may be another commit's.

    The interpreter may be of another environment.
    """
    options = ["--listen", "127.0.0.1:0", "--database", str(database)]
    options += [] if config is None else ["--config", str(config)]
    command = [python, "-c", _DAEMON, "serve", *options]
    with _running(command, log or Path(database).with_suffix(".log"), code) as served:
        yield served


@contextlib.contextmanager
def floor(log: Path, *arguments: str) -> Iterator[Served]:
    """Run a floor."""
    command = [sys.executable, "-m", "tests.tools.bench.floor", *arguments]
    with _running(command, log, _HERE) as served:
        yield served


@contextlib.contextmanager
def _running(command: list[str], log: Path, code: Path) -> Iterator[Served]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DUPLISTATUS_")
    }
    environment["PYTHONPATH"] = str(code)
    began = time.perf_counter()
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, stderr=stderr, env=environment, cwd=code)
    try:
        url = _address(process, log)
        yield Served(url, process.pid, time.perf_counter() - began)
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
        time.sleep(0.005)
    message = f"a process did not start: {log.read_text(encoding='utf-8').strip()}"
    raise RuntimeError(message)
