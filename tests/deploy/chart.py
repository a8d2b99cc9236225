"""The Helm chart, rendered by Helm."""

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.files import DEPLOY
from tests.deploy.manifests import Json
from tests.support.helm import helm

CHART = DEPLOY / "helm"
RELEASE = "duplistatus"
NAMESPACE = "backups"

Values = dict[str, Any]


def run(
    *arguments: str | Path, values: Values | None = None, major: int = 4
) -> subprocess.CompletedProcess[str]:
    """Run Helm, of a first number; the values reach it as a file would."""
    given = ["--values", "-"] if values is not None else []
    return subprocess.run(
        [helm(major), *arguments, *given],
        input=json.dumps(values),
        capture_output=True,
        text=True,
        check=False,
    )


def text(values: Values, *, chart: Path = CHART, release: str = RELEASE) -> str:
    """Return what Helm would hand to the cluster."""
    done = run("template", release, chart, "--namespace", NAMESPACE, values=values)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rendered(values: Values, *, chart: Path = CHART, release: str = RELEASE) -> tuple[Json, ...]:
    """Return the manifests for some values."""
    return _rendered(json.dumps(values), chart, release)


@functools.cache
def _rendered(values: str, chart: Path, release: str) -> tuple[Json, ...]:
    content = text(json.loads(values), chart=chart, release=release)
    return tuple(each for each in yaml.safe_load_all(content) if each)


def refusal(values: Values) -> str:
    """Return what Helm says to values that it refuses."""
    done = run("template", RELEASE, CHART, values=values)
    assert done.returncode == 1, done.stdout[:200]
    return done.stderr


def notes(values: Values) -> str:
    """Return what Helm tells a person after an installation."""
    command = ("install", RELEASE, CHART, "--namespace", NAMESPACE, "--dry-run=client")
    done = run(*command, values=values)
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("NOTES:\n")[2]
