"""The packages that an index gets, built once for all tests, and installed where no clone is."""

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
_PIP_SETTING = re.compile(r"^(?:global|install|:env:)\.([\w-]+)='(.*)'$", re.MULTILINE)
_AS_UV_CALLS_IT = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}
_OF_THE_CLONE = ("PYTHON", "PIPX_", "UV_", "VIRTUAL_ENV", "DUPLISTATUS_")


class Distribution(NamedTuple):
    """What python -m build makes."""

    wheel: Path
    sdist: Path


def tool(name: str) -> str:
    """Return where a program of the group test is."""
    return str(Path(sys.executable).with_name(name))


@pytest.fixture(scope="session")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """The packages of this clone; the first process that asks builds them."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / "distribution.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _found(shared / "distribution") or _built(shared / "distribution")


def _built(folder: Path) -> Distribution:
    """Build the source package, and of that the wheel; its file is the last that appears."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = _found(folder)
    assert found is not None, done.stdout
    return found


def _found(folder: Path) -> Distribution | None:
    wheels = sorted(folder.glob("*.whl"))
    return Distribution(wheels[0], next(folder.glob("*.tar.gz"))) if wheels else None


def outside(folder: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables of a person who has no clone, and whose home is a folder of the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_CLONE)}
    path = f"{folder / '.local' / 'bin'}:{kept['PATH']}"
    return {**kept, "HOME": str(folder), "PATH": path, "COLUMNS": "200", **(extra or {})}


def index_of_uv() -> dict[str, str]:
    """Return where this machine's pip finds packages, as uv wants it, which does not ask pip."""
    asked = [sys.executable, "-m", "pip", "config", "list"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return {
        _AS_UV_CALLS_IT[name]: value
        for name, value in _PIP_SETTING.findall(told)
        if name in _AS_UV_CALLS_IT
    }
