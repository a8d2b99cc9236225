"""One attempt to deliver a message: a process of its own that is killed when it takes too long."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

from exporter.config.notifications import SecretUrl
from exporter.model.notifications import Message, MessageKind

LIMIT_SECONDS = 10.0
"""An attempt that takes longer has failed."""

STOPPED = "the daemon stops"

_PROGRAM = (sys.executable, "-W", "ignore", "-m", "exporter.notifications.sender")
"""Where warnings are errors, as in the tests of the daemon, those of Apprise would fail it."""

_CODE = Path(__file__).parents[2]
"""Where the program starts: it imports what this process did, and nothing from where that was."""

_KINDS = {MessageKind.ALERT: "failure", MessageKind.RECOVERY: "success"}
"""What Apprise calls them: services show it by a colour or an icon."""

_MAX_ANSWER = 64 * 1024
_Pipe: TypeAlias = IO[bytes]

_AT_ONCE = threading.BoundedSemaphore(4)
"""Attempts of all channels at the same time: each takes 45 MB while it lasts."""


class Sender:
    """Sends messages through Apprise. Thread-safe; the attempts of one sender are one at a time."""

    def __init__(self, limit: float = LIMIT_SECONDS, program: Sequence[str] = _PROGRAM) -> None:
        """Let an attempt take so many seconds."""
        self._limit = limit
        self._program = program
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._aborted = threading.Event()

    def __call__(self, url: SecretUrl, message: Message) -> str | None:
        """Send a message; return why that failed, without secrets, None if it was accepted."""
        with self._turn, _AT_ONCE:
            return self._attempt(_request(url, message))

    def abort(self) -> None:
        """Kill the attempt in flight, and begin no other."""
        with self._guard:
            self._aborted.set()
            if self._running is not None:
                _kill(self._running)

    def _attempt(self, request: bytes) -> str | None:
        if self._aborted.is_set():
            return STOPPED
        began = time.monotonic()
        try:
            answer, code = self._ask(request)
        except OSError as error:
            return f"no process could be started to send it: {error.strerror}"
        if answer is not None:
            return None if answer.get("ok") is True else str(answer.get("came_back"))
        if self._aborted.is_set():
            return STOPPED
        if time.monotonic() - began >= self._limit:
            return f"took longer than {self._limit:g} seconds"
        return f"the process that sends it {_ended(code)}"

    def _ask(self, request: bytes) -> tuple[dict[str, Any] | None, int]:
        """Run the program; return its answer, None if it gave none, and its exit code."""
        with self._started() as process:
            stdin, stdout = cast("_Pipe", process.stdin), cast("_Pipe", process.stdout)
            _hand_over(request, stdin)
            # It stays open: the program ends when it closes, so with the daemon too.
            answer = _parsed(stdout.read(_MAX_ANSWER))
        return answer, process.returncode

    @contextlib.contextmanager
    def _started(self) -> Iterator[subprocess.Popen[bytes]]:
        with _popen(self._program) as process:
            timer = threading.Timer(self._limit, _kill, (process,))
            timer.start()
            self._set_running(process)
            try:
                yield process
            finally:
                self._set_running(None)
                timer.cancel()
                timer.join()
                _kill(process)  # also what it may have started

    def _set_running(self, process: subprocess.Popen[bytes] | None) -> None:
        with self._guard:
            self._running = process
            if process is not None and self._aborted.is_set():
                _kill(process)


def _request(url: SecretUrl, message: Message) -> bytes:
    """Return a message for the program: its arguments and its environment others could read."""
    request = {
        "url": url.secret,
        "title": message.title,
        "text": message.text,
        "html": message.html,
        "kind": _KINDS.get(message.kind, "info"),
    }
    return f"{json.dumps(request)}\n".encode()


def _popen(program: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the program; in a session of its own the Ctrl-C for the daemon does not reach it."""
    return subprocess.Popen(  # noqa: S603 - its arguments are constant
        program,
        cwd=_CODE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback may have secrets
        start_new_session=True,
    )


def _hand_over(request: bytes, stdin: _Pipe) -> None:
    """Write to the program; of one that ended its exit code says more."""
    try:
        stdin.write(request)
        stdin.flush()
    except BrokenPipeError:
        with contextlib.suppress(BrokenPipeError):
            stdin.close()  # what is still buffered fails once more, and only here


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that was not waited for yet, and what it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _parsed(text: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _ended(code: int) -> str:
    if code < 0:
        return f"was ended by signal {-code}, for example for want of memory"
    return f"ended with exit code {code} and no answer"
