"""Programs of Debian's suite forky, where those of this machine are missing or too old.

A package is fetched once by apt, with a list of sources and a state of its own, and unpacked where
it is kept for later runs; nothing is installed. To get newer ones, remove the folder.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.mirrors import mirrors

SUITE = "forky"
_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


class NotFetchedError(Exception):
    """A package cannot be had; the message is why, in a line."""


def program(package: str, path: str | None = None) -> Path:
    """Return a program of a package; without a path the one in /usr/bin that is called like it.

    Raises:
        NotFetchedError: when the package cannot be had, or has no such program.
    """
    found = unpacked(package) / (path or f"usr/bin/{package}")
    if not found.exists():
        message = f"{package} of {SUITE} has no {path or package}"
        raise NotFetchedError(message)
    return found


def unpacked(package: str) -> Path:
    """Return the folder in which a package lies unpacked.

    Raises:
        NotFetchedError: when the package cannot be had.
    """
    folder = cache() / SUITE
    with alone(folder):
        kept = folder / "packages" / package
        if not kept.exists():
            _fetch(package, folder, kept)
    return kept


def cache() -> Path:
    """Return where tests keep what takes long to get or to make, for all clones and later runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "duplistatus-tests"


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let no other process do the same meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(package: str, folder: Path, kept: Path) -> None:
    apt = _apt(folder)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        work = Path(name)
        _run(*apt, "update", folder=work)
        _run(*apt, "download", package, folder=work)
        (archive,) = work.glob("*.deb")
        _run("dpkg", "--extract", archive.name, "unpacked", folder=work)
        kept.parent.mkdir(exist_ok=True)
        shutil.move(work / "unpacked", kept)


def _apt(folder: Path) -> list[str]:
    """Return apt's command with a state of its own, from this machine's mirror of Debian."""
    for name in ("lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    source = folder / "sources.list"
    source.write_text(f"deb [signed-by={_KEYS}] {_mirror()} {SUITE} main\n", encoding="ascii")
    options = {
        "Dir::Etc::sourcelist": source,
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder,
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",  # apt's own user may not see the folder
    }
    return ["apt-get", "--quiet=2", *(f"--option={key}={value}" for key, value in options.items())]


def _mirror() -> str:
    found = mirrors("Debian")
    if not found:
        message = f"no mirror of Debian among apt's sources, from which {SUITE} would come"
        raise NotFetchedError(message)
    return found[0]


def _run(*command: str, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.splitlines()
        told = [line for line in lines if line.startswith("E: ")]
        raise NotFetchedError((told or lines or [f"{command[0]} says nothing"])[-1])
