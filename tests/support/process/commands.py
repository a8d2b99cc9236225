"""The installed command, run as a person runs it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PREFIX = "DUPLISTATUS_"
BOUND_SECONDS = 20.0

_PACKAGES = {
    "amtool": "prometheus-alertmanager",
    "mosquitto_passwd": "mosquitto",
    "nginx": "nginx-light",
    "promtool": "prometheus",
    "systemd-analyze": "systemd",
}

Finished = subprocess.CompletedProcess[str]


def program() -> str:
    """Return where the command is installed: beside the Python that runs the tests."""
    return str(Path(sys.executable).with_name("duplistatus"))


def needed(name: str) -> str:
    """Return where a program of the system is, or fail and say how to get it."""
    found = shutil.which(name)
    package = _PACKAGES.get(name, name)
    assert found is not None, f"{name} is missing: apt-get install {package}, as tests/run does"
    return found


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables of a process: of the daemon's only these; warnings are errors.

    Bytecode is written whatever the setting of the tests' own process: dozens of starts would
    compile the same modules.
    """
    left_out = (PREFIX, "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**kept, "PYTHONWARNINGS": "error", "COLUMNS": "200", **(extra or {})}


def run(
    *arguments: str, folder: Path | None = None, variables: Mapping[str, str] | None = None
) -> Finished:
    """Run the command to its end."""
    return subprocess.run(
        [program(), *arguments],
        cwd=folder,
        env=environment(variables),
        capture_output=True,
        text=True,
        timeout=BOUND_SECONDS,
        check=False,
    )


def refusal(finished: Finished) -> str:
    """Return the one line of a command that could not start; see that it is one, and no trace."""
    assert finished.returncode == 2, finished.stderr
    assert finished.stdout == ""
    assert "Traceback" not in finished.stderr
    lines = finished.stderr.splitlines()
    assert len(lines) == 1, finished.stderr
    return lines[0]
