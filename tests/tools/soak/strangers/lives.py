"""The daemon's lives, one after the other, on one port and one database."""

import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from tests.support.process.daemon import Daemon
from tests.support.process.ports import free_port

SERVERS = 300
"""So many are known at most, and they are made before anything is measured: what a server costs in
memory is not growth."""

_BACKLOG = 1024
_HOST = "127.0.0.1"


class Lives:
    """Starts and stops the daemon."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.database = folder / "soak.sqlite"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.number = 0
        self.down_seconds = 0.0
        """From the end of the last life to where this one listened."""
        self._folder = folder
        self._turn = 0
        self._held = ExitStack()
        self._listening: socket.socket | None = None
        self._ended: float | None = None
        self._daemon: Daemon | None = None

    @property
    def steady_since(self) -> int | None:
        """A number that stays the same until the daemon is stopped; None until it is back."""
        return self._turn if self._turn % 2 else None

    @property
    def pid(self) -> int:
        """The process that lives now."""
        assert self._daemon is not None
        return self._daemon.process.pid

    @property
    def is_over(self) -> bool:
        """Whether the daemon has ended, by itself or never having begun."""
        return self._daemon is None or self._daemon.process.poll() is not None

    @property
    def is_handed_over(self) -> bool:
        """Whether this life listens on a socket that somebody else opened."""
        return self._listening is not None

    def start(self, *, handed_over: bool) -> None:
        """Start the next life, by a socket that is handed over to it or by one of its own."""
        self.number += 1
        folder = self._folder / f"life-{self.number}"
        folder.mkdir()
        self._listen(handed_over=handed_over)
        options = ("--listen", f"{_HOST}:{self.port}", "--database", str(self.database))
        self._daemon = None
        self._daemon = Daemon(
            folder,
            *(*options, "--max-servers", str(SERVERS)),
            variables={"TMPDIR": str(self.temporary)},
            listening=self._listening,
        )
        self.down_seconds = time.monotonic() - self._ended if self._ended is not None else 0.0
        self._turn += 1

    def stop(self) -> list[str]:
        """Ask the daemon to stop; return what is wrong with how it ends and what it leaves."""
        if self._daemon is None:  # it did not start, which is reported already
            return []
        self._turn += 1
        faults = _ending(self._daemon)
        self._ended = time.monotonic()
        faults += [*log_errors(self._daemon.log), *left(self.temporary)]
        return [f"life {self.number}: {fault}" for fault in faults]

    def close(self) -> None:
        """Let nothing go on, whatever happened."""
        if self._daemon is not None:
            self._daemon.kill()
        self._held.close()

    def _listen(self, *, handed_over: bool) -> None:
        if not handed_over:
            self._held.close()
            self._listening = None
        elif self._listening is None:
            opened = socket.create_server((_HOST, self.port), backlog=_BACKLOG)
            self._listening = self._held.enter_context(opened)


def _ending(daemon: Daemon) -> list[str]:
    if daemon.process.poll() is not None:
        return [f"the daemon ended by itself, exit code {daemon.process.returncode}"]
    try:
        code = daemon.stop()
    except subprocess.TimeoutExpired as error:
        daemon.kill()
        return [f"the daemon did not stop within {error.timeout:g} s"]
    return [f"the daemon ended with exit code {code}"] if code else []


def log_errors(log: Path) -> list[str]:
    """Return the events of a log that no hostile client may cause."""
    lines = log.read_text(encoding="utf-8").splitlines()
    traces = [line for line in lines if "Traceback" in line]
    return [f"{len(traces)} traces in the log, the first: {traces[0][:2000]}"] if traces else []


def left(temporary: Path) -> list[str]:
    """Return what is left in the folder for what is temporary."""
    names = sorted(path.name for path in temporary.iterdir())
    return [f"{len(names)} temporary files left, the first: {names[0]}"] if names else []
