"""duplistatus import reports, on files as people keep them."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from exporter.times import DAY, MINUTE, SECOND, format_timestamp, now
from tests.exporter.cli.conftest import Commands, known
from tests.support.process.commands import BOUND_SECONDS, environment, program
from tests.support.process.daemon import Daemon
from tests.support.reports_builder import (
    documented_report,
    duplicati_report,
    exception_report,
    text_report,
)

BEGAN = now() // DAY * DAY - 3 * DAY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Saved reports of three shapes, one of them packed in lines, and something else."""
    path = tmp_path / "saved"
    path.mkdir()
    (path / "a.json").write_bytes(duplicati_report(began=BEGAN, backup="Music"))
    (path / "b.txt").write_bytes(text_report(began=BEGAN + DAY, backup="Music"))
    lines = (
        documented_report(began=BEGAN + number * MINUTE, server="web") for number in range(300)
    )
    (path / "c.jsonl").write_bytes(b"\n".join(lines))
    (path / "d.json").write_bytes(duplicati_report(began=BEGAN, operation="Restore"))
    return path


@pytest.mark.usefixtures("either")
def test_saved_reports_arrive(command: Commands, folder: Path) -> None:
    told = command.output("import", "reports", str(folder))
    assert told.splitlines() == ["303 runs recorded, 1 of them not backups"]
    assert command.output("import", "reports", str(folder)).splitlines() == [
        "0 runs recorded",
        "303 duplicate runs",
    ]
    jobs = {
        (job["server"], job["name"]): job for job in json.loads(command.output("jobs", "--json"))
    }
    assert jobs["nas", "Music"]["lastRun"]["startTime"] == format_timestamp(BEGAN + DAY)
    assert jobs["web", "daily-backup"]["lastRun"]["startTime"] == format_timestamp(
        BEGAN + 299 * MINUTE
    )


@pytest.mark.usefixtures("database")
def test_a_dry_run_records_nothing(command: Commands, folder: Path, database: Path) -> None:
    before = known(database)
    told = command.output("import", "reports", str(folder), "--dry-run")
    assert told.splitlines() == ["303 runs would be recorded, 1 of them not backups"]
    assert known(database) == before


@pytest.mark.usefixtures("database")
def test_what_would_be_removed_for_its_age_is_told(
    command: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUPLISTATUS_KEEP_RUNS", "1w")
    new, old = tmp_path / "new.json", tmp_path / "old.json"
    new.write_bytes(duplicati_report(began=BEGAN, backup="Music"))
    old.write_bytes(duplicati_report(began=BEGAN - 30 * DAY, backup="Music"))
    command.output("import", "reports", str(new))
    assert command.output("import", "reports", str(old)).splitlines() == [
        "0 runs recorded",
        "1 run beyond retention (keep_runs), skipped",
    ]


@pytest.mark.usefixtures("database")
def test_what_is_no_report_is_told_and_the_rest_is_taken(
    command: Commands, folder: Path, tmp_path: Path
) -> None:
    (folder / "0.bin").write_bytes(b"\xff\xd8\xff")
    (folder / "1.txt").write_text("a shopping list")
    told = command("import", "reports", str(folder), str(tmp_path / "none"))
    assert (told.code, told.err) == (1, "")
    lines = told.out.splitlines()
    assert lines[:2] == ["303 runs recorded, 1 of them not backups", "skipped: 3"]
    assert {line.split(":")[0].strip() for line in lines[2:]} == {
        str(folder / "0.bin"),
        str(folder / "1.txt"),
        str(tmp_path / "none"),
    }


@pytest.mark.usefixtures("database")
def test_a_report_without_a_time_or_a_server_has_those_of_its_file_and_flag(
    command: Commands, tmp_path: Path
) -> None:
    path = tmp_path / "died.json"
    path.write_bytes(exception_report(server=None))
    os.utime(path, (BEGAN / SECOND, BEGAN / SECOND))
    command.output("import", "reports", str(path), "--server", "attic")
    (job,) = [
        each for each in json.loads(command.output("jobs", "--json")) if each["server"] == "attic"
    ]
    assert job["lastRun"]["startTime"] == format_timestamp(BEGAN)


def test_reports_come_through_a_pipe(running: Daemon, database: Path, folder: Path) -> None:
    done = subprocess.run(
        [program(), "import", "reports", "-", "--database", str(database)],
        input=(folder / "c.jsonl").read_bytes(),
        capture_output=True,
        check=False,
        env=environment(),
        timeout=BOUND_SECONDS,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"300 runs recorded\n", b"")
    assert running.data("/api/lastbackup/web")["lastBackup"]["name"] == "daily-backup"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "PATH"),
        (("x", "--server", ""), "a name must not be empty"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    command: Commands, arguments: tuple[str, ...], reason: str
) -> None:
    assert reason in command.refusal("import", "reports", *arguments)


@pytest.mark.usefixtures("database")
def test_the_example_of_the_page_is_what_it_prints(
    command: Commands, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "shopping.txt").write_text("milk and bread")
    monkeypatch.chdir(folder.parent)
    told = command("import", "reports", "saved")
    page = (Path(__file__).parents[4] / "docs" / "import.md").read_text(encoding="utf-8")
    assert f"```text\n{told.out}```" in page
