"""The real daemon as a process of its own, on a port that the system chooses."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, cast

import requests

from tests.support.process.commands import BOUND_SECONDS, environment, program
from tests.support.process.waiting import eventually

Json = dict[str, Any]
JSON_LOG = ("--log-format", "json")
ANY_PORT = ("--listen", "127.0.0.1:0")
_START_SECONDS = 40.0
"""A demonstration makes up its past first, which takes a few seconds of a machine at rest."""

_HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""


class Daemon:
    """A `duplistatus serve` or `demo` that listens; its log goes to a file where it works."""

    def __init__(
        self,
        folder: Path,
        *flags: str,
        variables: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
        action: str = "serve",
        listening: socket.socket | None = None,
    ) -> None:
        """Start it in a folder and wait until it listens.

        Args:
            folder: its working folder, where it stores by default.
            flags: its options; a log in JSON is always asked for.
            variables: its environment besides that of the tests.
            command: what to run in the place of the installed program.
            action: its command that serves.
            listening: what is handed over to it, as systemd does, in the place of its own socket.
        """
        self.log = folder / "stderr.log"
        with self.log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [*_handing_over(listening), *(command or [program()]), action, *JSON_LOG, *flags],
                cwd=folder,
                pass_fds=() if listening is None else (listening.fileno(),),
                env=environment(variables),
                stderr=stderr,
            )
        try:
            self.url = str(self.wait_for_event("listening", _START_SECONDS)["url"])
        except BaseException:
            self.kill()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rpartition(":")[2])

    def events(self) -> list[Json]:
        """Return the log's events so far; every whole line must be one."""
        text = self.log.read_text(encoding="utf-8")
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def wait_for_event(self, name: str, seconds: float = 10.0) -> Json:
        """Return an event once it is logged."""

        def look() -> Json | None:
            found = [event for event in self._events_or_log() if event["event"] == name]
            ended = self.process.poll()
            assert found or ended is None, f"exit code {ended}: {self.log.read_text()}"
            return found[0] if found else None

        return eventually(look, f"the event {name!r} in the log", seconds)

    def post(self, body: object, **options: Any) -> requests.Response:  # noqa: ANN401 - of requests
        """Upload a report: bytes as they are, anything else as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self.url}/api/upload"
        return requests.post(url, data=raw, timeout=BOUND_SECONDS, **options)

    def upload(self, body: object) -> Json:
        """Upload a report that is to be taken; return the answer's ids."""
        answer = self.post(body)
        assert answer.status_code == 200, answer.text
        return cast("Json", answer.json()["data"])

    def get(self, path: str, **headers: str) -> requests.Response:
        """Get a path."""
        return requests.get(f"{self.url}{path}", headers=headers, timeout=BOUND_SECONDS)

    def data(self, path: str) -> Json:
        """Return the data of a JSON answer."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return cast("Json", answer.json()["data"])

    def series(self) -> dict[str, float]:
        """Return the samples about backups, each by its name and labels as written."""
        lines = self.get("/api/health").text.splitlines()
        samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {
            name: float(value)
            for name, _, value in samples
            if name.startswith(("duplistatus_backup", "duplistatus_server", "duplistatus_overdue"))
        }

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def wait(self, seconds: float = BOUND_SECONDS) -> int:
        """Wait for its end; return its exit code."""
        return self.process.wait(seconds)

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End it at once, as a loss of power would."""
        self.process.kill()
        self.process.wait(BOUND_SECONDS)

    def _events_or_log(self) -> list[Json]:
        try:
            return self.events()
        except json.JSONDecodeError:
            message = f"a line of the log is not JSON: {self.log.read_text(encoding='utf-8')}"
            raise AssertionError(message) from None


def _handing_over(listening: socket.socket | None) -> list[str]:
    """Return what runs a program as sd_listen_fds(3) says, in its own process."""
    if listening is None:
        return []
    return [sys.executable, "-c", _HAND_OVER, str(listening.fileno())]
