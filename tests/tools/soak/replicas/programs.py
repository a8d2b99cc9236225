"""The programs of a soak test: starting, waiting, signals and ending."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_WAIT_SECONDS = 60.0
_LOOK_SECONDS = 0.1
USER = "postgres"


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition is true.

    Raises:
        TimeoutError: it is not within a minute.
    """
    until = time.monotonic() + _WAIT_SECONDS
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(_LOOK_SECONDS)


def own(folder: Path) -> Path:
    """Make a folder that PostgreSQL's user may write to."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, USER, USER)
    return folder


class Program:
    """A process with all its children, in its own group."""

    def __init__(self, command: Sequence[str], log: Path, *, as_postgres: bool = False) -> None:
        self._command = list(command)
        if as_postgres and os.geteuid() == 0:
            ids = (f"--reuid={USER}", f"--regid={USER}", "--clear-groups")
            self._command = ["setpriv", *ids, *command]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, start_new_session=True, cwd="/"
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and its children."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def terminate(self) -> None:
        """Ask only the process itself to end, and wait."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_WAIT_SECONDS)

    def kill(self) -> None:
        """Kill it with its children."""
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(_WAIT_SECONDS)
