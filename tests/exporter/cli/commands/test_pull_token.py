"""duplistatus pull, with a long-lived token of Duplicati."""

from pathlib import Path

import pytest

from exporter.times import DAY, now
from tests.exporter.cli.conftest import Commands
from tests.exporter.pull.pulls import fill
from tests.support.duplicati.simulator import Simulator

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def token(tmp_path: Path, duplicati: Simulator) -> Path:
    """A file with a token that Duplicati issued for ever."""
    duplicati.long_lived.add("issued-for-ever")
    file = tmp_path / "token"
    file.write_text("issued-for-ever\n")
    return file


def test_a_long_lived_token_takes_the_place_of_the_password(
    command: Commands, duplicati: Simulator, token: Path
) -> None:
    fill(duplicati, "2", 3, first=now() - DAY)
    told = command.output("pull", duplicati.url, "--token-file", str(token), "--name", "nas")
    assert told.startswith("nas: 1 backup, 3 runs recorded")
    assert duplicati.asked("/auth/login") == 0


def test_a_table_may_have_a_token(
    command: Commands, database: Path, duplicati: Simulator, token: Path
) -> None:
    fill(duplicati, "2", 3, first=now() - DAY)
    file = database.with_name("duplistatus.toml")
    file.write_text(f'[[pull]]\nurl = "{duplicati.url}"\ntoken_file = "{token}"\nname = "nas"\n')
    assert command.output("pull", "--config", str(file)).startswith("nas: 1 backup, 3 runs")
    told = command.output("check-config", "--config", str(file))
    assert f"pull 1: nas at {duplicati.url}, without TLS, token in {token}" in told


@pytest.mark.parametrize("content", ["", "two words\n", "umlaut-ü\n"])
def test_a_file_without_a_token_is_told(
    command: Commands, duplicati: Simulator, token: Path, content: str
) -> None:
    token.write_text(content)
    finished = command("pull", duplicati.url, "--token-file", str(token))
    assert finished.code == 1
    assert f"the token file {token}" in finished.err
    assert not duplicati.requests
