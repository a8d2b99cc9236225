"""The commands of the README on bare systems; `fresh_machine` beside this runs it."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.deploy.bare_system import NotMadeError
from tests.tools.machine import CLONE, Machine
from tests.tools.package_life import done, install
from tests.tools.readme_commands import FailedError, print_line, serve, start, test

SUITES = {
    "debian12": "bookworm",
    "debian13": "trixie",
    "ubuntu24": "noble",
    "testing": "testing",
}
SUPPORTED = ("debian12", "debian13", "ubuntu24")
"""Those that are tried unless others are named; Debian's testing has the Python to come."""

_LEFT_OUT = {"ubuntu24": ("tests/browser", "Chromium is a snap there, which needs a whole machine")}
"""Tests that cannot be run in a system of that kind, and why."""

_USAGE = f"fresh_machine [{' '.join(SUITES)}] [-- ARGUMENTS OF PYTEST]"


_BIN = "/usr/local/bin"


def with_pipx(machine: Machine, _: Sequence[str]) -> str:
    """Install what is cloned by the system's pipx, and let it serve.

    Raises:
        FailedError: when any of it did not work.
    """
    done(machine, "apt-get", "update", "-qq")
    install(machine, "--no-install-recommends", "pipx")
    done(machine, "env", "HOME=/srv", f"PIPX_BIN_DIR={_BIN}", "pipx", "install", CLONE)
    return serve(machine, f"{_BIN}/duplistatus", "serve", folder="/srv")


_CHECKS: dict[str, Callable[[Machine, Sequence[str]], str]] = {
    "deploy/start": start,
    "pipx install": with_pipx,
    "tests/run": test,
}


class Asked(NamedTuple):
    """What is to be run."""

    systems: list[str]
    pytest: list[str]


class Outcome(NamedTuple):
    """What came of a system."""

    system: str
    lines: list[str]
    passed: bool

    @property
    def line(self) -> str:
        """The outcome in a line."""
        return f"{self.system}: {'; '.join(self.lines)}"


def asked(words: list[str], usage: str = _USAGE) -> Asked:
    """Read the command's arguments: the supported systems where none is named.

    Raises:
        SystemExit: for a system that is none of those.
    """
    end = words.index("--") if "--" in words else len(words)
    systems = words[:end] or list(SUPPORTED)
    unknown = set(systems) - set(SUITES)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}. Usage: {usage}")
    return Asked(systems, words[end + 1 :])


def tried(system: str, pytest: Sequence[str]) -> Outcome:
    """Make a system, run each check in it, remove it."""
    with tempfile.TemporaryDirectory(prefix="duplistatus-machine-") as folder:
        print_line(f"== {system}: making it")
        try:
            machine = Machine.made(SUITES[system], Path(folder))
            machine.clone()
        except NotMadeError as error:
            return Outcome(system, [f"NOT MADE ({error})"], passed=False)
        left_out, why = _LEFT_OUT.get(system, ("", ""))
        arguments = [*pytest, f"--ignore={left_out}"] if left_out else pytest
        results = [_checked(machine, name, arguments) for name in _CHECKS]
    lines = [line for line, _ in results] + ([f"without {left_out}: {why}"] if left_out else [])
    return Outcome(system, lines, all(passed for _, passed in results))


def _checked(machine: Machine, name: str, pytest: Sequence[str]) -> tuple[str, bool]:
    print_line(f"== {name}")
    try:
        return f"{name} passed ({_CHECKS[name](machine, pytest)})", True
    except (FailedError, AssertionError, subprocess.SubprocessError) as error:
        return f"{name} FAILED ({error})", False


def main() -> int:
    """Try each system; return 0 when all that were asked for passed."""
    what = asked(sys.argv[1:])
    return try_each(what.systems, lambda system: tried(system, what.pytest))


def try_each(systems: Sequence[str], trial: Callable[[str], Outcome]) -> int:
    """Try each system, print what came of it; return 0 when all passed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    if subprocess.check_output(["git", "status", "--porcelain"]):
        print_line("== What is not committed is not tried")
    outcomes = [trial(system) for system in systems]
    for outcome in outcomes:
        print_line(outcome.line)
    return int(not all(outcome.passed for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
