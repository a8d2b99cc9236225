import tomllib
from pathlib import Path

import pytest

from exporter.config.pull_file import add_table
from exporter.config.pull_targets import PullTarget, make_target, read_targets

PIN = "ab" * 32
NAS = make_target(
    "https://nas:8200", name='the "big" nas', password_file="/etc/nas", fingerprint=PIN
)
DESK = make_target("https://desk:8200", token_file="/etc/desk", insecure=True)


def tables(path: Path) -> tuple[PullTarget, ...]:
    targets, problems = read_targets(tomllib.loads(path.read_text()).get("pull", []))
    assert problems == []
    return targets


@pytest.mark.parametrize("before", ["", 'listen = "*:1"', '# none\n\n[[override]]\nserver = "x"\n'])
def test_a_table_is_added_once_at_the_end(tmp_path: Path, before: str) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text(before)
    assert add_table(file, NAS)
    assert add_table(file, DESK)
    assert not add_table(file, NAS)
    assert tables(file) == (NAS, DESK)
    assert file.read_text().startswith(before)


def test_paths_are_whole(tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text("")
    add_table(file, make_target("https://nas:8200", password_file="nas.password"))
    assert tables(file)[0].password_file == Path("nas.password").absolute()


def test_a_file_that_is_not_toml_is_left(tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text("[[")
    with pytest.raises(ValueError, match="at end of document"):
        add_table(file, NAS)
    assert file.read_text() == "[["
