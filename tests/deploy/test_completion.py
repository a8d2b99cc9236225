"""What bash, zsh and fish complete, each asked at a terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.shells import SHELLS, Shell, shell

pytestmark = pytest.mark.not_quick

TYPED = {
    "check-c\t": "check-config",
    "job forg\t": "job forget-copy",
    "jobs --ov\t": "jobs --overdue",
    "serve --li\t": "serve --listen",
    "serve --log-format js\t": "serve --log-format json",
    "export runs --format jso\t": "export runs --format jsonl",
    "jobs --condition unus\t": "jobs --condition unusual",
    "serve --config duplis\t": "serve --config duplistatus.toml",
    "serve --templates tem\t": "serve --templates templates",
    "import reports repo\t": "import reports reports.json",
}


@pytest.fixture(params=SHELLS, scope="module")
def at_terminal(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    _fill(home)
    with shell(request.param, home) as started:
        yield started


def _fill(home: Path) -> None:
    (home / "duplistatus.toml").touch()
    (home / "reports.json").touch()
    (home / "templates").mkdir()


@pytest.mark.parametrize("typed", TYPED)
def test_a_shell_completes_what_is_typed(at_terminal: Shell, typed: str) -> None:
    called = at_terminal.typed(f"duplistatus {typed}")
    assert called.removesuffix("/") == TYPED[typed], "zsh takes the slash of a folder away again"
