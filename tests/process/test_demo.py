"""`duplistatus demo` as a newcomer starts it."""

import json
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.model.conditions import Condition
from tests.support.process import commands
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually


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
    # One more of each comes with the live reports.
    assert (summary["totalServers"], summary["totalBackupJobs"]) in ((12, 44), (13, 45))
    assert summary["overdueBackups"] >= 1
    assert summary["failedBackups"] > 0
    assert summary["successfulBackups"] > 5000


def test_each_condition_holds_for_a_backup(shared: Daemon) -> None:
    def missing() -> set[str]:
        counts = shared.data("/api/status")["conditions"]
        return {each.value for each in Condition} - {
            name for name, count in counts.items() if count
        }

    eventually(lambda: not missing(), "a backup of each condition")
    assert shared.data("/api/status")["conditions"]["fine"] > 20


_BESIDE_OTHERS = (Condition.MUTED,)
"""What holds in the demonstration only beside something worse."""


@pytest.mark.parametrize(
    "condition", [each.value for each in Condition if each not in _BESIDE_OTHERS]
)
def test_each_condition_is_what_a_backup_is_called_by(shared: Daemon, condition: str) -> None:
    def called_so() -> bool:
        jobs = shared.data(f"/api/jobs?condition={condition}")["jobs"]
        return condition in {job["condition"] for job in jobs}

    eventually(called_so, f"a backup that is {condition}")


def test_a_report_was_refused_and_is_open(shared: Daemon) -> None:
    (refused,) = shared.data("/api/status")["daemon"]
    assert refused["condition"] == "refused"
    assert "192.0.2.44" in refused["reason"]
    assert "set --send-http-result-output-format=Json" in refused["reason"]


def test_a_server_may_be_a_second_one_of_the_same_machine(shared: Daemon) -> None:
    eventually(lambda: len(shared.data("/api/servers")["servers"]) == 13, "all servers")
    servers = shared.data("/api/servers")["servers"]
    assert [each["name"] for each in servers if each["possibleDuplicateOf"]] == ["laptop-sales"]


def test_servers_have_an_alias_a_note_tags_and_an_address(shared: Daemon) -> None:
    servers = shared.data("/api/servers")["servers"]
    assert all(any(each[key] for each in servers) for key in ("alias", "note", "tags", "url"))


def test_backups_have_tags(shared: Daemon) -> None:
    jobs = shared.data("/api/jobs?tag=database")["jobs"]
    assert {(job["server"], job["name"]) for job in jobs} == {
        ("web-1", "Databases"),
        ("web-2", "Databases"),
    }


def test_the_audit_log_says_who_set_what(shared: Daemon) -> None:
    database = str(shared.wait_for_event("database opened")["database"])
    listed = commands.run("audit", "--json", "--database", database)
    assert listed.returncode == 0, listed.stderr
    entries = json.loads(listed.stdout)
    assert {each["who"] for each in entries} == {"demo"}
    assert {each["what"] for each in entries} == {"server.set", "job.set", "job.expect"}


@pytest.mark.parametrize("state", ["overdue", "failing"])
def test_some_backups_are_in_trouble(shared: Daemon, state: str) -> None:
    assert shared.data(f"/api/jobs?{state}=true")["jobs"]


def test_one_backup_is_muted(shared: Daemon) -> None:
    (muted,) = shared.data("/api/jobs?condition=muted")["jobs"]
    assert (muted["server"], muted["name"], muted["condition"]) == ("web-2", "Uploads", "failing")


def test_the_metrics_tell_of_every_backup(shared: Daemon) -> None:
    def told() -> int:
        return sum(name.startswith("duplistatus_backup_overdue{") for name in shared.series())

    eventually(lambda: told() == 45, "the series of every backup")


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
