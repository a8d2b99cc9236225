"""Imports of what is here already: posted, imported before, set or merged here."""

from pathlib import Path

import pytest

from exporter.times import SECOND, format_timestamp
from tests.exporter.cli.commands.application import BEGAN, job, server
from tests.exporter.cli.conftest import Commands, known
from tests.exporter.ingest.duplistatus.databases import as_stored, make, run
from tests.support.process.daemon import Daemon
from tests.support.reports_builder import duplicati_report, text_report

PAYLOADS = Path(__file__).parents[3] / "support" / "payloads"


@pytest.mark.usefixtures("database")
def test_a_second_import_adds_and_changes_nothing(
    command: Commands, backups: Path, database: Path
) -> None:
    command.output("import", "duplistatus", str(backups))
    before = known(database)
    told = command.output("import", "duplistatus", str(backups))
    assert told.splitlines() == ["0 runs recorded", "3 duplicate runs"]
    assert known(database) == before


def posted() -> list[bytes]:
    """Return reports that both programs understand."""
    fine = duplicati_report(began=BEGAN, backup="Fine").replace(b".000Z", b".0001234Z")
    odd = duplicati_report(began=BEGAN + 123, backup="Odd", lines=("[Error-A-B]: no",))
    died = duplicati_report(
        began=BEGAN + 7, backup="Died", duration=None, status="Fatal", exception="gone"
    )
    real = [(PAYLOADS / name).read_bytes() for name in ("json-2.1.0.5.json", "json-2.3.1.0.json")]
    return [fine, odd, died, *real]


def test_a_run_that_was_posted_here_too_counts_once(
    command: Commands, running: Daemon, tmp_path: Path
) -> None:
    reports = posted()
    path = make(tmp_path / "backups.db", map(as_stored, reports))
    ids = [running.upload(report) for report in reports]
    before = running.data("/api/summary")
    told = command.output("import", "duplistatus", str(path))
    assert told.splitlines() == ["0 runs recorded", f"{len(reports)} duplicate runs"]
    after = running.data("/api/summary")
    assert {**after, "lastUpdated": None} == {**before, "lastUpdated": None}
    assert [running.upload(report) for report in reports] == ids


def test_a_run_that_is_posted_after_it_was_imported_counts_once(
    command: Commands, running: Daemon, tmp_path: Path
) -> None:
    reports = posted()
    path = make(tmp_path / "backups.db", map(as_stored, reports))
    command.output("import", "duplistatus", str(path))
    count = len(running.data("/api/backups")["backups"])
    for report in reports:
        running.upload(report)
    assert len(running.data("/api/backups")["backups"]) == count


def test_a_run_whose_text_report_told_whole_seconds_counts_once(
    command: Commands, running: Daemon, tmp_path: Path
) -> None:
    began = BEGAN + 5 * SECOND
    running.upload(text_report(began=began, backup="Text"))
    path = make(tmp_path / "backups.db", [run(began + 250, backup="Text")])
    assert "1 duplicate run" in command.output("import", "duplistatus", str(path))


@pytest.mark.usefixtures("database")
def test_what_a_person_set_here_stays(command: Commands, backups: Path) -> None:
    command.output("import", "duplistatus", str(backups))
    music = str(job(command, "nas", "Music")["id"])
    command.output("job", "set", music, "--schedule", "auto", "--tolerance", "5m")
    command.output("server", "set", "1", "--alias", "Attic", "--note", "")
    told = command.output("import", "duplistatus", str(backups))
    assert told.splitlines()[2:] == ["1 note set"]
    assert server(command, "m-1")["alias"] == "Attic"
    found = job(command, "nas", "Music")
    assert (found["schedule"], found["tolerance"]) == ("auto", "5m")


@pytest.mark.usefixtures("database")
def test_what_the_configuration_says_of_a_schedule_stays(
    command: Commands, backups: Path, tmp_path: Path
) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[[override]]\nbackup = "Music"\nschedule = "every 2d"\n')
    command.output("import", "duplistatus", str(backups), "--config", str(config))
    assert job(command, "nas", "Music")["schedule"] == "auto"
    assert job(command, "pi", "Root")["schedule"] == "off"


@pytest.mark.usefixtures("database")
def test_servers_that_were_merged_here_stay_one(command: Commands, tmp_path: Path) -> None:
    command.output("server", "merge", "nas", "old", "--yes")
    servers = [
        {"id": "m-1", "name": "nas", "alias": "A"},
        {"id": "m-2", "name": "old", "alias": "B"},
    ]
    runs = [run(BEGAN, server="m-1", backup="Music"), run(BEGAN, server="m-2", backup="Films")]
    path = make(tmp_path / "backups.db", runs, servers=servers)
    assert "1 alias set" in command.output("import", "duplistatus", str(path))
    assert server(command, "m-1")["alias"] == "A"
    assert job(command, "nas", "Films")["lastRun"]["startTime"] == format_timestamp(BEGAN)
