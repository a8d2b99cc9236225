import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exporter.cli.conftest import Commands
from tests.support.process.daemon import Daemon

TOKEN = "a-token-that-nobody-may-see"
CONFIG = f"""
admin_token = "{TOKEN}"
tolerance = "2h"

[[override]]
server = "nas"
tolerance = "3h"

[[override]]
server = "Attic"
schedule = "cron 0 3 * * 1-5 Europe/Berlin"

[[override]]
backup = "Doc*"
schedule = "off"

[[override]]
server = "laptop-*"
backup = "?"
expected_interval = "1w"
[[expect]]
server = "nas"
backup = "Music"
schedule = "every 1d"
"""


@pytest.fixture
def config(database: Path) -> Path:
    file = database.with_name("duplistatus.toml")
    file.write_text(CONFIG)
    return file


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def token_file(database: Path) -> Path:
    return database.with_name(f"{database.name}.admin-token")


def test_check_config_lists_the_jobs_that_each_override_matches(
    command: Commands, config: Path, either: str
) -> None:
    if either == "stopped":
        command.output("server", "set", "old", "--alias", "Attic")
    told = command.output("check-config", "--config", str(config)).splitlines()
    assert "expect 1: Music of nas, every 1d" in told
    first = next(place for place, line in enumerate(told) if line.startswith("override"))
    old = "Attic" if either == "stopped" else "old"
    assert told[first:] == [
        'override 1: server "nas" backup "*" matches:',
        "  Documents of nas",
        "  Mail of nas",
        'override 2: server "Attic" backup "*" matches:',
        "  Documents of Attic" if either == "stopped" else "  no job of the database",
        'override 3: server "*" backup "Doc*" matches:',
        "  Documents of nas",
        f"  Documents of {old}",
        'override 4: server "laptop-*" backup "?" matches:',
        "  no job of the database",
    ]


def test_check_config_without_a_database_matches_no_job_and_makes_none(
    command: Commands, config: Path, tmp_path: Path
) -> None:
    path = tmp_path / "none.sqlite"
    told = command.output("check-config", "--config", str(config), "--database", str(path))
    assert told.count("no job of the database") == 4
    assert not path.exists()


def test_check_config_hides_the_admin_token_and_says_where_it_is_from(
    command: Commands, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = command.output("check-config", "--config", str(config))
    assert f"admin_token = (hidden)  ({config}: admin_token)" in told.splitlines()
    assert TOKEN not in told
    monkeypatch.setenv("DUPLISTATUS_ADMIN_TOKEN", f"{TOKEN}-2")
    told = command.output("check-config", "--config", str(config))
    assert "admin_token = (hidden)  (DUPLISTATUS_ADMIN_TOKEN)" in told.splitlines()
    assert TOKEN not in told


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("token", ["short-and-secret", "has a space in it too"])
def test_a_refused_admin_token_is_not_shown_either(
    command: Commands, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("DUPLISTATUS_ADMIN_TOKEN", token[:15] if " " not in token else token)
    told = command.refusal("check-config")
    assert "at least 16 printable ASCII characters" in told
    assert token[:15] not in told


def test_check_config_leaves_the_folder_of_a_stopped_daemon_as_it_is(
    command: Commands, config: Path
) -> None:
    before = sorted(path.name for path in config.parent.iterdir())
    command.output("check-config", "--config", str(config))
    assert sorted(path.name for path in config.parent.iterdir()) == before


def test_check_config_names_a_database_that_is_none(command: Commands, config: Path) -> None:
    path = config.with_name("letter.txt")
    path.write_text("Dear all, " * 500)
    finished = command("check-config", "--config", str(config), "--database", str(path))
    assert finished.code == 2
    assert f"{path} cannot be used as a database" in finished.err


@pytest.mark.usefixtures("open_umask")
def test_only_its_user_may_read_the_token_that_a_command_makes(
    command: Commands, database: Path
) -> None:
    assert not token_file(database).exists()
    command.output("servers")
    assert stat.S_IMODE(token_file(database).stat().st_mode) == 0o600
    assert len(token_file(database).read_text().strip()) >= 32


@pytest.mark.usefixtures("open_umask")
def test_only_its_user_may_read_the_token_that_the_daemon_makes(
    running: Daemon, database: Path
) -> None:
    assert running.get("/-/ready").status_code == 200
    assert stat.S_IMODE(token_file(database).stat().st_mode) == 0o600


def test_the_token_stays_the_same_from_command_to_command(
    command: Commands, database: Path
) -> None:
    command.output("servers")
    token = token_file(database).read_text()
    command.output("job", "set", "1", "--pause")
    assert token_file(database).read_text() == token


def test_a_configured_token_is_used_and_no_file_is_made(
    command: Commands, config: Path, database: Path
) -> None:
    command.output("job", "set", "1", "--pause", "--config", str(config))
    assert not token_file(database).exists()


def test_a_daemon_that_has_another_token_refuses_in_one_line(
    command: Commands, running: Daemon, config: Path
) -> None:
    assert running.get("/-/ready").status_code == 200
    told = command.refusal("job", "set", "1", "--pause", "--config", str(config))
    assert told == "duplistatus: Invalid admin token"


def test_an_empty_token_file_is_named_with_what_to_do(command: Commands, database: Path) -> None:
    token_file(database).write_text("\n")
    told = command.refusal("servers")
    assert f"{token_file(database)} is empty: remove it" in told


def test_check_config_shows_no_password_of_a_database(
    command: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://me:secret@127.0.0.1:1/reports\n", encoding="utf-8")
    monkeypatch.setenv("DUPLISTATUS_DATABASE_FILE", str(file))
    finished = command("check-config")
    shown = "postgresql://me:***@127.0.0.1:1/reports"
    assert f"database = {shown}  (DUPLISTATUS_DATABASE_FILE)" in finished.out.splitlines()
    assert "secret" not in finished.out + finished.err


def test_check_config_names_each_template_that_cannot_be_used(
    command: Commands, config: Path
) -> None:
    folder = config.with_name("templates")
    folder.mkdir()
    (folder / "digest.txt.jinja").write_text("{{ digest.nothing }}")
    (folder / "alert.title.txt.jinja").write_text("{{ sentence }")
    (folder / "alert.text.jinja").write_text("")
    config.write_text(f'templates = "{folder}"\n' + CONFIG)
    finished = command("check-config", "--config", str(config))
    assert finished.code == 2
    for wrong in (
        "template digest.txt.jinja",
        "template alert.title.txt.jinja",
        "alert.text.jinja",
    ):
        assert wrong in finished.err
