"""duplistatus pull, from servers that remember what they never posted."""

import json
from pathlib import Path

import pytest

from exporter.times import HOUR, MINUTE, SECOND, format_timestamp, now
from tests.exporter.cli.conftest import Commands
from tests.support.duplicati.simulator import PASSWORD, Simulator
from tests.support.reports_builder import duplicati_report

pytestmark = pytest.mark.usefixtures("database")

TODAY = now() // SECOND * SECOND - HOUR


@pytest.fixture
def asked(tmp_path: Path, duplicati: Simulator) -> tuple[str, ...]:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    duplicati.add_row("2", json.loads(duplicati_report(began=TODAY))["Data"])
    return "pull", duplicati.url, "--password-file", str(file), "--name", "nas"


def jobs(command: Commands) -> dict[str, dict[str, object]]:
    told = json.loads(command.output("jobs", "--server", "attic-nas", "--json"))
    return {job["name"]: job for job in told}


def test_what_is_never_posted_is_found_and_a_sync_is_no_failure(
    command: Commands, either: str, duplicati: Simulator, asked: tuple[str, ...]
) -> None:
    duplicati.add_backup("3", "Mail")
    duplicati.add_backup("4", "Mirror", operation="Sync")
    duplicati.remember("2", TODAY + 10 * MINUTE, LastBackupStarted=TODAY)
    died = {"LastErrorDate": TODAY + MINUTE, "LastErrorMessage": "exit code 1"}
    duplicati.remember("3", TODAY, **died)
    duplicati.remember("4", LastSyncStarted=TODAY, LastSyncFinished=TODAY + MINUTE)
    told = command.output(*asked)
    assert told.startswith("nas: 3 backups, "), either
    assert told.endswith("1 died before the start, 1 skipped by a script\n")
    ended = {name: job["lastRun"] for name, job in jobs(command).items() if name != "Mirror"}
    assert {name: run["status"] for name, run in ended.items()} == {  # type: ignore[index] # JSON
        "Photos to S3": "interrupted",
        "Mail": "fatal",
    }
    again = command.output(*asked)
    assert " 0 runs recorded, " in again
    assert " 0 other operations recorded, " in again
    assert again.endswith("0 invalid\n")


def test_an_error_that_is_of_no_run_is_told_with_its_job(
    command: Commands, either: str, duplicati: Simulator, asked: tuple[str, ...]
) -> None:
    at = TODAY + 30 * MINUTE
    duplicati.remember("2", LastErrorDate=at, LastErrorMessage="no such file")
    command.output(*asked)
    expected = {"time": format_timestamp(at), "message": "no such file"}
    assert jobs(command)["Photos to S3"]["duplicatiError"] == expected, either
