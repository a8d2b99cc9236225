"""Bare systems of Debian and Ubuntu, each in a folder and made by debootstrap. Needs root."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from tests.support.mirrors import mirrors

TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
"""Whom this machine trusts a bare system does, too: it may reach the packages through a proxy."""

TRUSTED_INSIDE = f"/etc/{TRUSTED.name}"
PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"

Process = subprocess.Popen[bytes]

_APART = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--mount-proc", "--pid", "--fork", "--kill-child"),
)
"""Runs a command whose mounts and processes nobody else sees, and which all end with it."""

_ORIGINS = {
    "bookworm": "Debian",
    "trixie": "Debian",
    "testing": "Debian",
    "noble": "Ubuntu",
}
_COMPONENTS = {"Debian": "main", "Ubuntu": "main,universe"}


class NotMadeError(Exception):
    """A system cannot be made; the message is why, in a line."""


def bootstrap(suite: str, root: Path, *packages: str) -> None:
    """Make a bare system with some packages besides.

    Raises:
        NotMadeError: when it cannot be made.
    """
    if shutil.which("debootstrap") is None:
        message = "debootstrap is missing: apt-get install debootstrap"
        raise NotMadeError(message)
    finish(apart(*command(suite, str(root), *packages)))
    trust(root)


def finish(running: AbstractContextManager[Process]) -> None:
    """Let a command that makes a system end.

    Raises:
        NotMadeError: when it fails.
    """
    with running as process:
        output, _ = process.communicate()
    if process.returncode:
        lines = output.decode(errors="replace").splitlines()
        told = [line for line in lines if line.startswith("E: ")]
        raise NotMadeError((told or lines or ["it says nothing"])[-1])


@contextlib.contextmanager
def apart(*words: str) -> Iterator[Process]:
    """Run a command apart from this machine: when this ends, nothing of the command is left.

    What it says comes through its standard output, errors too.
    """
    with subprocess.Popen(
        [*_APART, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield process
        finally:
            if not send(process, signal.SIGKILL):
                process.kill()


def send(process: Process, number: signal.Signals) -> bool:
    """Send a signal to the first process of those that run apart; tell whether there is one."""
    started = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for pid in started.read_text(encoding="ascii").split():
            os.kill(int(pid), number)
            return True
    return False


def command(suite: str, root: str, *packages: str) -> list[str]:
    """Return the command that makes a bare system; debootstrap knows a mirror if apt does not."""
    origin = _ORIGINS[suite]
    options = ["--variant=minbase", f"--components={_COMPONENTS[origin]}"]
    options += [f"--include={','.join(packages)}"] if packages else []
    return ["debootstrap", *options, suite, root, *mirrors(origin)[:1]]


def has_keys(suite: str) -> bool:
    """Tell whether this machine can check a suite's packages."""
    return Path(f"/usr/share/keyrings/{_ORIGINS[suite].lower()}-archive-keyring.gpg").exists()


def trust(root: Path) -> None:
    """Let a system know whom this machine trusts."""
    if TRUSTED.exists():
        shutil.copy(TRUSTED, root / TRUSTED_INSIDE.lstrip("/"))
