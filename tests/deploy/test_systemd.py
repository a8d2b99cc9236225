"""The unit is one that systemd takes, and leaves the daemon what it needs and little else."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from exporter.config import CONFIG_VARIABLE, load
from exporter.config.options import OPTIONS
from tests.deploy.files import DEPLOY, read
from tests.support.duplicati.certificate import make_certificate
from tests.support.duplicati.simulator import PASSWORD, Simulator
from tests.support.process import reports
from tests.support.process.commands import needed, program
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually

UNIT = DEPLOY / "systemd" / "duplistatus.service"
SOCKET = UNIT.with_suffix(".socket")
MAX_EXPOSURE = "2.0"
SHOWN = dict(re.findall(r"^#([A-Z_]+)=(.*)$", read("systemd/environment"), re.MULTILINE))
ALWAYS_ALLOWED = "@default"
AS_ROOT = {"fchown"}
"""SQLite gives a file that root makes to the database's user; the unit's user is not root."""


def analyze(*arguments: str | Path) -> str:
    """Run systemd-analyze, which is to be content, and return what it prints."""
    done = subprocess.run(
        [needed("systemd-analyze"), "--no-pager", *arguments],
        env={**os.environ, "SYSTEMD_COLORS": "0"},  # else systemd 255 may colour a pipe
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    # systemd 255 ends colours even in a pipe, where it began none.
    return done.stdout.replace("\x1b[0m", "")


def values(directive: str) -> list[str]:
    """Return what the unit sets a directive to, line by line."""
    return re.findall(rf"^{directive}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


def test_systemd_has_nothing_to_say(tmp_path: Path) -> None:
    """With the program where it is here: systemd looks whether it can be run."""
    here = tmp_path / UNIT.name
    unit = UNIT.read_text(encoding="utf-8")
    here.write_text(unit.replace("/opt/duplistatus/bin/duplistatus", program()), encoding="utf-8")
    socket = shutil.copy(SOCKET, tmp_path)
    assert analyze("--man=no", "verify", here, socket) == ""


def test_the_socket_is_where_the_daemon_would_listen() -> None:
    """By its name systemd hands it to the service."""
    assert SOCKET.stem == UNIT.stem
    (stream,) = re.findall(r"^ListenStream=(.*)$", SOCKET.read_text(encoding="utf-8"), re.MULTILINE)
    assert f"*:{stream}" == SHOWN["DUPLISTATUS_LISTEN"]


def test_the_exposure_is_below_two() -> None:
    threshold = str(int(float(MAX_EXPOSURE) * 10))
    told = analyze("security", "--offline=true", f"--threshold={threshold}", UNIT)
    (level,) = re.findall(r"exposure level for duplistatus.service: ([\d.]+)", told)
    assert float(level) < float(MAX_EXPOSURE)


def _calls(group: str) -> set[str]:
    """Return the system calls of a group, those of the groups within it included."""
    lines = [line.strip() for line in analyze("syscall-filter", group).splitlines()[1:]]
    named = {line for line in lines if line and not line.startswith("#")}
    groups = {name for name in named if name.startswith("@")}
    return (named - groups).union(*map(_calls, groups))


def _permitted() -> set[str]:
    allowed, denied = values("SystemCallFilter")
    permitted = set().union(*map(_calls, allowed.split()))
    forbidden = set().union(*map(_calls, denied.removeprefix("~").split()))
    return (permitted - forbidden) | _calls(ALWAYS_ALLOWED)


def _pulling_from(duplicati: Simulator, folder: Path) -> str:
    """Return a configuration that lets the daemon pull a run."""
    duplicati.add_backup("2", "Photos")
    duplicati.add_row("2", {"MainOperation": "Backup", "ParsedResult": "Success"})
    (folder / "password").write_text(PASSWORD)
    config = folder / "duplistatus.toml"
    config.write_text(
        f'pull_interval = "1h"\n[[pull]]\nurl = "{duplicati.url}"\n'
        f'password_file = "{folder / "password"}"\nca_file = "{folder / "certificate.pem"}"\n'
    )
    return str(config)


def _work(daemon: Daemon) -> None:
    daemon.wait_for_event("pulled")
    daemon.upload(reports.documented())
    assert daemon.post(b"no report").status_code == 400
    for path in ("/api/health", "/api/backups", "/api/rejected", "/-/ready"):
        assert daemon.get(path).status_code == 200
    assert daemon.stop() == 0


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Every system call of a daemon from its start, at work, to its end."""
    folder = tmp_path_factory.mktemp("traced")
    trace = folder / "trace"
    strace = [needed("strace"), "--daemonize", "--follow-forks", f"--output={trace}", program()]
    with Simulator(make_certificate(folder)) as duplicati:
        config = _pulling_from(duplicati, folder)
        with Daemon(folder, *ANY_PORT, "--config", config, command=strace) as daemon:
            _work(daemon)
            # strace fills short process ids up with spaces.
            ended = re.compile(
                rf"^{daemon.process.pid} +\+\+\+ exited with 0 \+\+\+$", re.MULTILINE
            )
    return eventually(lambda: _holding(trace, ended), "the end of the trace")


def _holding(path: Path, pattern: re.Pattern[str]) -> str | None:
    content = path.read_text(encoding="utf-8")
    return content if pattern.search(content) else None


def test_the_daemon_makes_no_system_call_that_the_unit_forbids(traced: str) -> None:
    made = set(re.findall(r"^\d+ +(\w+)\(", traced, re.MULTILINE))
    assert {"accept4", "fdatasync"} <= made
    assert made - AS_ROOT <= _permitted()


def test_the_daemon_has_no_memory_that_it_both_writes_and_runs(traced: str) -> None:
    assert values("MemoryDenyWriteExecute") == ["yes"]
    assert "PROT_WRITE|PROT_EXEC" not in traced


def test_the_daemon_uses_no_sockets_but_those_that_the_unit_allows(traced: str) -> None:
    (allowed,) = values("RestrictAddressFamilies")
    families = set(re.findall(r"^\d+ +socket\((AF_\w+)", traced, re.MULTILINE))
    assert families
    assert families <= set(allowed.split())


def test_the_environment_file_shows_every_option_with_its_default() -> None:
    """But where the database lies, which the unit says."""
    told = {option.variable: option.default for option in OPTIONS if option.name != "database"}
    assert {name: value for name, value in SHOWN.items() if name != CONFIG_VARIABLE} == told


def test_what_the_environment_file_shows_is_a_valid_configuration() -> None:
    settings = load({}, {name: value for name, value in SHOWN.items() if name != CONFIG_VARIABLE})
    assert settings == load({}, {})


def test_the_database_lies_in_the_state_directory() -> None:
    (folder,) = values("StateDirectory")
    assert values("Environment") == [f"DUPLISTATUS_DATABASE=%S/{folder}/duplistatus.sqlite"]
