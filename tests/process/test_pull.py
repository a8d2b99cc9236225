"""Runs that were posted, pulled by the command, and pulled by the daemon itself."""

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pytest

from tests.process.conftest import Start
from tests.support.duplicati.asking import PAYLOADS
from tests.support.duplicati.fixtures import duplicati
from tests.support.duplicati.simulator import PASSWORD, Canned, Simulator, results
from tests.support.process.commands import BOUND_SECONDS, environment, program, run
from tests.support.process.daemon import Daemon
from tests.support.process.waiting import eventually

__all__ = ["duplicati"]

Json = dict[str, Any]


def remembered() -> list[Path]:
    """Return the posted reports of runs that a server with an API can remember."""
    return [path for path in sorted(PAYLOADS.glob("json-*.json")) if "machine-id" in extra(path)]


def extra(payload: Path) -> Json:
    told: Json = json.loads(payload.read_bytes())["Extra"]
    return told


def identity(payload: Path) -> tuple[str, ...]:
    """Return what tells a run from others."""
    body = json.loads(payload.read_bytes())
    told, data = body["Extra"], body["Data"]
    return told["machine-id"], told["backup-name"], data["MainOperation"], data["BeginTime"]


def remember(simulator: Simulator, payload: Path) -> None:
    """Let a server remember the run that a posted report tells of."""
    told = extra(payload)
    backup_id = told["backup-id"].removeprefix("DB-")
    target = f"{told.get('destination-type', 'file')}://host"
    if backup_id not in simulator.rows:
        simulator.add_backup(backup_id, told["backup-name"], target=target)
    exception = json.loads(payload.read_bytes())["Exception"]
    simulator.add_row(backup_id, results(payload), Exception=exception)


@pytest.fixture
def machines() -> Iterator[list[Simulator]]:
    """A server for each machine that the payloads are of."""
    found: dict[str, Simulator] = {}
    with ExitStack() as stack:
        for payload in remembered():
            told = extra(payload)
            machine_id = told["machine-id"]
            if machine_id not in found:
                found[machine_id] = stack.enter_context(Simulator())
                found[machine_id].info = {
                    "MachineName": told["machine-name"],
                    "OSType": told.get("operating-system"),
                    "Options": [{"Name": "machine-id", "DefaultValue": machine_id}],
                }
            remember(found[machine_id], payload)
        yield list(found.values())


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    return file


def pulled(simulator: Simulator, folder: Path) -> str:
    finished = run("pull", simulator.url, "--password-file", "password", folder=folder)
    assert (finished.returncode, finished.stderr) == (0, "")
    return finished.stdout


def runs(daemon: Daemon) -> list[Json]:
    """Return the runs without what tells one recording of them from another."""
    found = daemon.data("/api/backups?limit=1000")["backups"]
    return sorted(
        ({**each, "id": None, "serverId": None, "jobId": None} for each in found),
        key=lambda each: json.dumps(each, sort_keys=True),
    )


def of_runs(daemon: Daemon) -> dict[str, float]:
    """Return all series but those of what a pull knows of a server."""
    known = daemon.series()
    kept = ("duplistatus_server_info", "duplistatus_servers")
    return {
        name: value
        for name, value in known.items()
        if name.startswith(kept) or not name.startswith("duplistatus_server")
    }


@pytest.mark.usefixtures("password")
def test_runs_that_were_posted_are_known_when_they_are_pulled(
    daemon: Daemon, machines: list[Simulator], tmp_path: Path
) -> None:
    for payload in remembered():
        daemon.upload(json.loads(payload.read_bytes()))
    before = of_runs(daemon), daemon.data("/api/backups")
    for simulator in machines:
        assert " 0 runs recorded," in pulled(simulator, tmp_path)
    assert (of_runs(daemon), daemon.data("/api/backups")) == before


@pytest.mark.usefixtures("password")
def test_runs_that_were_pulled_are_known_when_they_are_posted(
    daemon: Daemon, machines: list[Simulator], tmp_path: Path
) -> None:
    for simulator in machines:
        pulled(simulator, tmp_path)
    before = daemon.data("/api/backups")
    assert {each["source"] for each in before["backups"]} == {"log"}
    assert len(before["backups"]) == len({identity(payload) for payload in remembered()})
    for payload in remembered():
        answer = daemon.post(payload.read_bytes())
        assert "already recorded" in answer.text
    posted = [{**each, "source": "report"} for each in before["backups"]]
    assert daemon.data("/api/backups")["backups"] == posted


class Typist:
    """A person who pulls at a real terminal."""

    def __init__(self, url: str, folder: Path) -> None:
        self._terminal, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [program(), "pull", url],
            cwd=folder,
            env=environment(),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: os.login_tty(theirs),  # noqa: PLW1509 - it is to be its own
        )
        os.close(theirs)
        self.seen = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(BOUND_SECONDS)
        os.close(self._terminal)

    def type(self, keys: str) -> None:
        """Answer the question for the password."""
        self.see("Password of")
        os.write(self._terminal, keys.encode())

    def see(self, text: str) -> None:
        """Look at the terminal until a text stands there."""
        while text not in self.seen:
            self.seen += os.read(self._terminal, 1024).decode()

    def leave(self) -> int:
        """Return the exit code."""
        return self._process.wait(BOUND_SECONDS)


@pytest.mark.usefixtures("daemon")
def test_the_password_is_typed_at_a_terminal_and_not_shown(
    duplicati: Simulator, tmp_path: Path
) -> None:
    duplicati.add_row("2", results(PAYLOADS / "json-2.1.0.5.json"))
    with Typist(duplicati.url, tmp_path) as person:
        person.type(f"{PASSWORD}\n")
        person.see("invalid")
        assert person.leave() == 0
    assert PASSWORD not in person.seen
    assert "[....................] 127.0.0.1:" in person.seen
    assert "backup 1 of 1, Photos to S3, 1 run so far" in person.seen


@pytest.mark.usefixtures("daemon")
@pytest.mark.parametrize(
    ("key", "code", "told"),
    [("\x03", 130, ""), ("\x04", 2, "password")],
)
def test_who_does_not_know_the_password_can_leave(
    duplicati: Simulator, tmp_path: Path, key: str, code: int, told: str
) -> None:
    with Typist(duplicati.url, tmp_path) as person:
        person.type(key)
        person.see(told)
        assert person.leave() == code
    assert "Traceback" not in person.seen


@pytest.fixture
def config(tmp_path: Path, duplicati: Simulator, password: Path) -> str:
    file = tmp_path / "duplistatus.toml"
    table = f'[[pull]]\nurl = "{duplicati.url}"\npassword_file = "{password}"\nname = "nas"\n'
    file.write_text(f'pull_interval = "1m"\n{table}')
    return str(file)


def test_the_daemon_pulls_by_itself(start: Start, config: str, duplicati: Simulator) -> None:
    remember_one = PAYLOADS / "json-2.1.0.5.json"
    duplicati.add_row("2", results(remember_one))
    daemon = start("--config", config)
    assert daemon.wait_for_event("pulled")["recorded"] == 1
    (found,) = runs(daemon)
    assert found["name"] == "Photos to S3"
    exposed = daemon.get("/metrics").text
    labels = '{server="attic-nas",server_id="1"}'
    assert f"duplistatus_server_pull_interval_seconds{labels} 60" in exposed
    assert f"duplistatus_server_pull_failures_total{labels} 0" in exposed
    assert daemon.stop() == 0


def test_a_server_that_does_not_answer_does_not_hold_up_the_end(
    start: Start, config: str, duplicati: Simulator
) -> None:
    duplicati.always["/auth/login"] = Canned(503, headers=(("Retry-After", "3000"),))
    daemon = start("--config", config)
    eventually(lambda: duplicati.requests, "the question")
    assert daemon.data("/api/summary")["totalServers"] == 0
    assert daemon.stop() == 0


def test_the_password_is_nowhere_but_in_its_file(
    start: Start, config: str, duplicati: Simulator, tmp_path: Path
) -> None:
    duplicati.password = "another"
    daemon = start("--config", config, "--log-level", "debug")
    reason = daemon.wait_for_event("pull failed")["reason"]
    assert reason.startswith("nas ")
    assert "password" in reason
    command = Path(f"/proc/{daemon.process.pid}/cmdline").read_bytes()
    exposed = daemon.get("/metrics").content
    assert daemon.stop() == 0
    written = [path.read_bytes() for path in tmp_path.iterdir() if path.name != "password"]
    assert not any(PASSWORD.encode() in text for text in [*written, command, exposed])


def test_a_pause_that_makes_every_backup_overdue_is_told(start: Start, config: str) -> None:
    daemon = start("--config", config, "--pull-interval", "6h", "--tolerance", "2h")
    daemon.wait_for_event(
        "pull_interval is longer than tolerance: jobs may be overdue until the next pull"
    )


def test_nothing_to_pull_from_is_told(start: Start) -> None:
    daemon = start("--pull-interval", "1h")
    daemon.wait_for_event("pull_interval has no effect: the file has no [[pull]] table")
    assert "duplistatus_server_pull_interval_seconds{" not in daemon.get("/metrics").text
