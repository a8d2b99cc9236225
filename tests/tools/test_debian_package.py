"""The tool reads its arguments, and says why a system could not be made."""

import subprocess
from pathlib import Path

import pytest

from tests.deploy.bare_system import NotMadeError
from tests.tools import debian_package
from tests.tools.machine import Machine


def test_an_archive_that_cannot_be_reached_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(suite: str, _: Path) -> Machine:
        message = f"no {suite} here"
        raise NotMadeError(message)

    monkeypatch.setattr(Machine, "made", refuse)
    outcome = debian_package.tried("ubuntu24")
    assert (outcome.line, outcome.passed) == ("ubuntu24: NOT MADE (no noble here)", False)


def test_the_command_itself_refuses_what_it_does_not_know() -> None:
    tool = Path(__file__).with_name("debian_package")
    done = subprocess.run([tool, "beos"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("unknown: beos. Usage: debian_package [debian12 ")
