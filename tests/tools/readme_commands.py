"""The commands that the README gives a person who comes with nothing, as that person sees them."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from tests.deploy.bare_system import Process, send
from tests.support.process.commands import needed
from tests.support.process.ports import free_port
from tests.support.process.reports import documented
from tests.tools.machine import CLONE, Machine

_LISTENS = "listening"
_COUNTS = re.compile(r"(?:\d+ [a-z]+(?:, )?)+ in [\d.]+s.*")
_NONE = "no test was run"
_BOUND_SECONDS = 20.0


class FailedError(Exception):
    """A command did not do what the README says; the message is the reason in a line."""


def print_line(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def start(machine: Machine, _: Sequence[str]) -> str:
    """Start the daemon as the README says, post a report, see it, stop the daemon.

    Raises:
        FailedError: when any of it did not work.
    """
    return serve(machine, "deploy/start", folder=CLONE)


def serve(machine: Machine, *command: str, folder: str = "/") -> str:
    """Start the daemon by a command, post a report, see it, stop the daemon.

    Raises:
        FailedError: when any of it did not work.
    """
    url = f"http://127.0.0.1:{free_port()}"
    listening = ("--listen", url.removeprefix("http://"))
    with machine.running(*command, *listening, folder=folder) as process:
        if not any(_LISTENS in line for line in _lines(process)):
            reason = f"it ended with {process.wait()} before it listened"
            raise FailedError(reason)
        _curl(f"{url}/api/upload", "--data", json.dumps(documented()))
        summary = _curl(f"{url}/api/summary")
        send(process, signal.SIGTERM)
        code = process.wait(_BOUND_SECONDS)
    if (summary.get("successfulBackups"), code) != (1, 0):
        reason = f"after one report the summary is {summary}, and it ended with {code}"
        raise FailedError(reason)
    return "a report was taken and counted"


def test(machine: Machine, arguments: Sequence[str]) -> str:
    """Run every check; return the tests' own last line.

    Raises:
        FailedError: when any did not pass.
    """
    counts = _NONE
    with machine.running("tests/run", *arguments, folder=CLONE) as process:
        for line in _lines(process):
            if _COUNTS.fullmatch(line.strip("= ")):
                counts = line.strip("= ")
        code = process.wait()
    if code or counts == _NONE:
        reason = f"{counts}; it ended with {code}"
        raise FailedError(reason)
    return counts


def _lines(process: Process) -> Iterator[str]:
    """Yield what a command says as it comes, and print it."""
    assert process.stdout is not None
    for raw in process.stdout:
        line = raw.decode(errors="replace").rstrip()
        print_line(line)
        yield line


def _curl(url: str, *options: str) -> dict[str, Any]:
    """Ask as a person would."""
    words = [needed("curl"), "--silent", "--show-error", "--fail", *options, url]
    answer = subprocess.run(words, capture_output=True, check=True, timeout=_BOUND_SECONDS)
    content: dict[str, Any] = json.loads(answer.stdout)["data"]
    return content
