"""Docker Compose reads every Compose file, with what it asks for."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY
from tests.support.process.commands import needed

SECRETS = {"PASSWORD": "of-this-test", "ADMIN_TOKEN": "of-this-test-too"}
"""What the file of variables has that a file's head says to write."""

FILES = sorted((DEPLOY / "docker").glob("compose*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_docker_compose_has_nothing_to_say(path: Path) -> None:
    command = [needed("docker-compose"), "--file", str(path), "config", "--quiet"]
    variables = {**os.environ, **SECRETS}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
