import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.process.conftest import Start
from tests.support.process import commands
from tests.support.process.commands import refusal
from tests.support.process.daemon import ANY_PORT


def refused(*flags: str, folder: Path, **variables: str) -> str:
    return refusal(commands.run("serve", *ANY_PORT, *flags, folder=folder, variables=variables))


WRONG = {
    "--databse=x": "--databse",
    "--listen=nowhere": "HOST:PORT",
    "--log-format=xml": "human, json",
    "--max-upload-bytes=many": "whole number",
    "--tolerance=soon": "12h",
    "--config=missing.toml": "missing.toml cannot be read",
}


def test_a_wrong_option_is_named_with_what_would_be_right(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as threads:
        lines = list(threads.map(lambda flag: refused(flag, folder=tmp_path), WRONG))
    for told, line in zip(WRONG.values(), lines, strict=True):
        assert told in line


def test_no_command_at_all_is_told_where_to_look(tmp_path: Path) -> None:
    assert "--help" in refusal(commands.run(folder=tmp_path))


def test_an_unknown_key_of_the_file_is_named_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('databse = "x"\n')
    line = refused("--config", "c.toml", folder=tmp_path)
    assert "c.toml: databse is unknown; expected one of " in line
    assert "database" in line.partition("expected one of")[2]


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("listen =\n")
    assert "c.toml is not valid TOML" in refused("--config", "c.toml", folder=tmp_path)


def test_an_unknown_variable_is_named(tmp_path: Path) -> None:
    line = refused(folder=tmp_path, DUPLISTATUS_DATABSE="x")
    assert "DUPLISTATUS_DATABSE is unknown" in line
    assert "DUPLISTATUS_DATABASE" in line


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        line = refused("--listen", f"127.0.0.1:{port}", folder=tmp_path)
    assert f"port {port}" in line
    assert "in use" in line
    assert "--listen" in line
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    assert "--listen" in refused("--listen", "192.0.2.1:0", folder=tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    line = refused("--database", "missing/reports.sqlite", folder=tmp_path)
    assert "missing does not exist" in line
    assert "--database" in line


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "--database" in refused("--database", "file/reports.sqlite", folder=tmp_path)


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert "is a folder" in refused("--database", "folder", folder=tmp_path)


def test_a_folder_that_takes_no_files_is_refused(tmp_path: Path) -> None:
    """Not even root can make a file in /proc."""
    line = refused("--database", "/proc/reports.sqlite", folder=tmp_path)
    assert "/proc/reports.sqlite" in line
    assert "--database" in line


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("buy milk\n" * 1000)
    line = refused("--database", "notes.txt", folder=tmp_path)
    assert "notes.txt cannot be used as a database" in line
    assert "--database" in line
    assert file.read_text() == "buy milk\n" * 1000


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "photos.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE photos (name TEXT)")
    connection.close()
    before = file.read_bytes()
    line = refused("--database", "photos.sqlite", folder=tmp_path)
    assert "another program" in line
    assert "--database" in line
    assert file.read_bytes() == before


def test_a_database_of_a_newer_version_is_refused_and_left_alone(
    start: Start, tmp_path: Path
) -> None:
    assert start().stop() == 0
    file = tmp_path / "duplistatus.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('duplistatus', 'of_the_future', '2030-01-01')"
        )
    connection.close()
    before = file.read_bytes()
    line = refused(folder=tmp_path)
    assert "newer version" in line
    assert "of_the_future" in line
    assert file.read_bytes() == before


def test_a_database_that_another_daemon_has_is_refused(start: Start, tmp_path: Path) -> None:
    running = start()
    assert running.url in refused(folder=tmp_path)
    assert running.data("/api/summary")["totalServers"] == 0


def test_a_damaged_database_is_refused(start: Start, tmp_path: Path) -> None:
    assert start().stop() == 0
    file = tmp_path / "duplistatus.sqlite"
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    assert "cannot be used as a database" in refused(folder=tmp_path)
