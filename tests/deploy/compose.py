"""The Compose files as Compose itself reads them; no engine is needed for that."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.deploy.files import DEPLOY
from tests.support import forky

ALONE, MONITORING, REPLICAS = (
    f"docker/compose{kind}.yaml" for kind in ("", ".monitoring", ".replicas")
)
_PLUGIN = Path("/usr/libexec/docker/cli-plugins/docker-compose")
"""Where Docker's and Ubuntu's packages put it. Debian's is too old before forky."""


def read(path: Path, *flags: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Let Compose read a file, with these variables besides those of the tests."""
    program = _PLUGIN if _PLUGIN.exists() else forky.program("docker-compose")
    return subprocess.run(
        [program, "--file", path, "config", *flags],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def config(name: str, **variables: str) -> dict[str, Any]:
    """Return what a file of deploy/ comes to."""
    done = read(DEPLOY / name, "--format", "json", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def digests(path: Path, **variables: str) -> dict[str, str]:
    """Return by its service what Compose compares to see whether a container must be replaced."""
    done = read(path, "--hash", "*", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split() for line in done.stdout.splitlines())
