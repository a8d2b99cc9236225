"""`duplistatus demo` as a newcomer starts it."""

import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import commands
from tests.support.process.daemon import ANY_PORT, Daemon


def demo(folder: Path) -> Daemon:
    """Start one where a database is configured; its files come into a folder of its own."""
    temporary = folder / "temporary"
    temporary.mkdir()
    variables = {"TMPDIR": str(temporary), "DUPLISTATUS_DATABASE": str(folder / "mine.sqlite")}
    return Daemon(folder, *ANY_PORT, action="demo", variables=variables)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with demo(tmp_path_factory.mktemp("demo")) as daemon:
        yield daemon


def test_the_whole_fleet_is_there_at_once(shared: Daemon) -> None:
    summary = shared.data("/api/summary")
    assert (summary["totalServers"], summary["totalBackupJobs"]) == (12, 40)
    assert summary["overdueBackups"] >= 1
    assert summary["failedBackups"] > 0
    assert summary["successfulBackups"] > 5000


@pytest.mark.parametrize("state", ["overdue", "failing"])
def test_some_backups_are_in_trouble(shared: Daemon, state: str) -> None:
    assert shared.data(f"/api/jobs?{state}=true")["jobs"]


def test_one_backup_is_muted(shared: Daemon) -> None:
    (muted,) = shared.data("/api/jobs?condition=muted")["jobs"]
    assert (muted["server"], muted["name"], muted["condition"]) == ("web-2", "Uploads", "failing")


def test_the_metrics_tell_of_every_backup(shared: Daemon) -> None:
    told = [name for name in shared.series() if name.startswith("duplistatus_backup_overdue{")]
    assert len(told) == 40


def test_the_commands_work_on_it(shared: Daemon) -> None:
    database = str(shared.wait_for_event("database opened")["database"])
    listed = commands.run("jobs", "--overdue", "--database", database)
    assert listed.returncode == 0
    assert "Templates" in listed.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_nothing_is_left(tmp_path: Path, number: signal.Signals) -> None:
    with demo(tmp_path) as daemon:
        assert list((tmp_path / "temporary").iterdir())
        daemon.signal(number)
        assert daemon.wait() == 0
    assert daemon.events()[-1]["event"] == "stopped, demo data removed"
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not (tmp_path / "mine.sqlite").exists()


def test_a_terminal_shows_how_far_it_is_and_takes_it_along_when_closed(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [commands.program(), "demo", *ANY_PORT]
    variables = commands.environment({"TMPDIR": str(tmp_path)})
    with subprocess.Popen(command, env=variables, stderr=theirs) as process:
        shown = b""
        while b"[#" not in shown:
            shown += os.read(ours, 4096)
        assert b"Generating 90 days of reports" in shown
        process.send_signal(signal.SIGHUP)
        assert process.wait(commands.BOUND_SECONDS) == 0
    os.close(ours)
    os.close(theirs)
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_refused_and_leaves_nothing(shared: Daemon, tmp_path: Path) -> None:
    finished = commands.run(
        "demo", "--listen", f"127.0.0.1:{shared.port}", variables={"TMPDIR": str(tmp_path)}
    )
    assert "is in use" in commands.refusal(finished)
    assert list(tmp_path.iterdir()) == []


def test_too_small_a_disk_is_told_in_a_line_and_leaves_nothing(tmp_path: Path) -> None:
    finished = subprocess.run(
        ["bash", "-c", 'ulimit -f 1000; exec "$@"', "bash", commands.program(), "demo", *ANY_PORT],
        env=commands.environment({"TMPDIR": str(tmp_path)}),
        capture_output=True,
        text=True,
        timeout=commands.BOUND_SECONDS,
        check=False,
    )
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr
    assert finished.stderr.splitlines()[-1].startswith("duplistatus: ")
    assert list(tmp_path.iterdir()) == []
