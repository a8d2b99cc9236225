"""What never reaches the daemon by itself is on the page as what it is after one pull."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.times import HOUR, MINUTE, SECOND, Millis, format_timestamp, parse_timestamp
from exporter.times import now as present
from tests.support.duplicati.simulator import PASSWORD, Simulator
from tests.support.process.commands import run
from tests.support.process.daemon import Daemon
from tests.support.reports_builder import duplicati_report

EXIT_CODE = "The script returned exit code 1"
NO_RESTORE = "No restore: wrong passphrase"
CONDITIONS = {
    "Script fails": "failing",
    "Skipped": "interrupted",
    "Restored": "fine",
    "Coming": "waiting",
    "Never ran": "overdue",
    "Mirror": "fine",
}


def planned(at: Millis) -> dict[str, str]:
    return {"Time": format_timestamp(at), "Repeat": "1D"}


@pytest.fixture
def nas() -> Iterator[Simulator]:
    """A paused server with a backup for each thing that Duplicati never posts."""
    now = present()
    with Simulator() as nas:
        for backup_id, name in (("2", "Script fails"), ("3", "Skipped"), ("4", "Restored")):
            nas.add_backup(backup_id, name)
        nas.add_backup("5", "Coming", schedule=planned(now + 3 * HOUR))
        nas.add_backup("6", "Never ran", schedule=planned(now - 3 * HOUR))
        nas.add_backup("7", "Mirror", operation="Sync")
        died = now - 5 * HOUR + 20 * SECOND
        nas.remember("2", now - 5 * HOUR, LastErrorDate=died, LastErrorMessage=EXIT_CODE)
        nas.remember("3", now - 4 * HOUR)
        nas.add_row("4", results(now - 6 * HOUR))
        nas.remember("4", LastErrorDate=now - HOUR, LastErrorMessage=NO_RESTORE)
        nas.remember("7", LastSyncStarted=now - HOUR, LastSyncFinished=now - HOUR + MINUTE)
        nas.state |= {"ProgramState": "Paused", "SchedulerQueueIds": [{"Item1": 1, "Item2": "6"}]}
        yield nas


def results(began: Millis) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(duplicati_report(began=began))["Data"]
    return told


@pytest.fixture
def pulled(daemon: Daemon, nas: Simulator, tmp_path: Path) -> Daemon:
    """A daemon after one pull, which ended well although a Sync has no log."""
    (tmp_path / "password").write_text(PASSWORD)
    finished = run("pull", nas.url, "--password-file", "password", folder=tmp_path)
    assert (finished.returncode, finished.stderr) == (0, "")
    return daemon


def words(daemon: Daemon, path: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", daemon.get(path).text).split())


def test_each_is_what_it_is_after_one_pull(pulled: Daemon) -> None:
    jobs = {job["name"]: job for job in pulled.data("/api/jobs")["jobs"]}
    assert {name: job["condition"] for name, job in jobs.items()} == CONDITIONS
    assert jobs["Mirror"]["kind"] == "sync"
    assert jobs["Restored"]["lastRun"]["status"] == "success"
    assert jobs["Never ran"]["heldUp"] is not None


def test_the_page_says_why(pulled: Daemon) -> None:
    overview = words(pulled, "/")
    for said in (
        f"Script fails attic-nas Duplicati says: {EXIT_CODE}",
        "Skipped attic-nas skipped by its script",
        "waiting for the first run",
        "Mirror Sync attic-nas",
        "Duplicati is paused",
    ):
        assert said in overview
    ids = {job["name"]: job["id"] for job in pulled.data("/api/jobs")["jobs"]}
    assert NO_RESTORE in words(pulled, f"/jobs/{ids['Restored']}")
    assert "paused" in words(pulled, "/servers/attic-nas")
    series = pulled.series()
    assert [value for name, value in series.items() if "server_paused" in name] == [1]


def test_a_planned_backup_that_never_ran_is_overdue_after_an_hour_and_its_tolerance(
    pulled: Daemon,
) -> None:
    jobs = {job["name"]: job for job in pulled.data("/api/jobs")["jobs"]}
    for name in ("Coming", "Never ran"):
        start, deadline = (
            parse_timestamp(jobs[name][each]) for each in ("expectedStart", "deadline")
        )
        assert deadline - start == 2 * HOUR
