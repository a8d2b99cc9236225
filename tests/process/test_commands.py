from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from exporter.config.options import OPTIONS
from tests.support.process import commands

COMMANDS = (
    ["serve"],
    ["demo"],
    ["check-config"],
    ["backup-database"],
    ["copy-database"],
    ["check-database"],
    ["replicas"],
    ["servers"],
    ["jobs"],
    ["server"],
    ["server", "set"],
    ["server", "merge"],
    ["server", "delete"],
    ["job"],
    ["job", "set"],
    ["job", "delete"],
)


def test_check_config_names_every_fault_of_every_source_at_once(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('databse = "x"\ntolerance = "soon"\nlisten = true\n')
    flags = ("--config", "c.toml", "--log-format", "xml", "--max-upload-bytes", "1")
    variables = {"DUPLISTATUS_LOG_LEVEL": "loud", "DUPLISTATUS_PROT": "1"}
    finished = commands.run("check-config", *flags, folder=tmp_path, variables=variables)
    assert (finished.returncode, finished.stdout) == (2, "")
    lines = finished.stderr.splitlines()
    assert [line.split()[1] for line in sorted(lines)] == [
        "--log-format:",
        "--max-upload-bytes:",
        "DUPLISTATUS_LOG_LEVEL:",
        "DUPLISTATUS_PROT",
        "c.toml:",
        "c.toml:",
        "c.toml:",
    ]
    told = "\n".join(lines)
    assert all(key in told for key in ("databse", "tolerance", "listen"))


def test_check_config_shows_each_value_and_where_it_is_from(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('tolerance = "2h"\n')
    variables = {"DUPLISTATUS_LOG_LEVEL": "error", "DUPLISTATUS_CONFIG": "c.toml"}
    finished = commands.run(
        "check-config", "--listen", "[::1]:80", folder=tmp_path, variables=variables
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    lines = finished.stdout.splitlines()
    assert "listen = [::1]:80  (--listen)" in lines
    assert "log_level = error  (DUPLISTATUS_LOG_LEVEL)" in lines
    assert "tolerance = 2h  (c.toml: tolerance)" in lines
    assert "database = duplistatus.sqlite  (default)" in lines


def test_check_config_makes_nothing_and_never_shows_the_token(tmp_path: Path) -> None:
    variables = {"DUPLISTATUS_ADMIN_TOKEN": "a-token-nobody-may-see"}
    finished = commands.run("check-config", folder=tmp_path, variables=variables)
    assert finished.returncode == 0
    assert "a-token-nobody-may-see" not in finished.stdout + finished.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_lists_the_commands() -> None:
    finished = commands.run("--help")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert all(command[0] in finished.stdout for command in COMMANDS)
    assert "--version" in finished.stdout


@pytest.mark.parametrize("command", ["serve", "check-config"])
def test_help_of_a_command_names_every_option_in_each_of_its_forms(command: str) -> None:
    told = commands.run(command, "--help").stdout
    flags = [option.flag for option in OPTIONS if option.flag]
    variables = [option.variable for option in OPTIONS if option.flag]
    for name in ("--config", "DUPLISTATUS_CONFIG", *flags, *variables):
        assert name in told


def test_every_command_has_help() -> None:
    with ThreadPoolExecutor() as threads:
        told = list(threads.map(lambda command: commands.run(*command, "--help"), COMMANDS))
    for command, finished in zip(COMMANDS, told, strict=True):
        assert (finished.returncode, finished.stderr) == (0, "")
        assert finished.stdout.startswith(f"usage: duplistatus {' '.join(command)} ")
