"""Imports of what is wrong: rows, settings, files, time zones."""

from pathlib import Path

import pytest

from exporter.times import DAY, HOUR, format_timestamp, now
from tests.exporter.cli.commands.application import BEGAN, Json, job
from tests.exporter.cli.conftest import Commands
from tests.exporter.ingest.duplistatus.databases import Row, make, run

WRONG: list[Row] = [
    {"backup_name": " "},
    {"begin_time": "1970-01-01T00:00:00.000Z", "date": "1970-01-01T00:00:00.000Z"},
    {"status": "Lost", "parsed_result": "Lost"},
    {"begin_time": format_timestamp(now() + DAY)},
]

DOUBTFUL: list[Row] = [
    {"known_file_size": -5},
    {"examined_files": "many"},
    {"version": b"\x00\x01"},
    {"messages_array": "["},
]


@pytest.mark.usefixtures("database")
def test_a_row_that_cannot_be_right_keeps_no_other_out(command: Commands, tmp_path: Path) -> None:
    rows = [
        run(BEGAN + number * HOUR, backup="Music") | change
        for number, change in enumerate([*WRONG, *DOUBTFUL, {}])
    ]
    told = command("import", "duplistatus", str(make(tmp_path / "backups.db", rows)))
    assert (told.code, told.err) == (1, "")
    lines = told.out.splitlines()
    assert lines[0] == f"{len(DOUBTFUL) + 1} runs recorded"
    assert f"skipped: {len(WRONG)}" in lines
    assert "  backups run-0: backup_name is missing" in lines
    assert "  backups run-2: status 'Lost' is unknown" in lines
    assert f"invalid values, treated as missing: {len(DOUBTFUL)}" in lines
    assert "  backups run-4: known_file_size is -5" in lines
    assert job(command, "nas", "Music")["lastRun"]["startTime"] == format_timestamp(
        BEGAN + 8 * HOUR
    )


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("configurations", "reason"),
    [
        ({"backup_settings": "{"}, "  backup_settings: "),
        (
            {"backup_settings": {"m-1:Music": {"expectedInterval": "x"}}},
            "  backup_settings of Music",
        ),
        ({"overdue_tolerance": "soon"}, "  overdue_tolerance: 'soon' is unknown"),
    ],
)
def test_a_setting_that_cannot_be_read_is_told_and_the_runs_are_taken(
    command: Commands, tmp_path: Path, configurations: Json, reason: str
) -> None:
    rows = [run(BEGAN, backup="Music")]
    path = make(tmp_path / "backups.db", rows, configurations=configurations)
    told = command("import", "duplistatus", str(path))
    assert (told.code, told.err) == (1, "")
    assert told.out.startswith("1 run recorded\nsettings that cannot be read: 1\n" + reason)


@pytest.mark.usefixtures("database")
def test_what_the_daemon_does_not_take_is_told(command: Commands, tmp_path: Path) -> None:
    servers = [{"id": "m-1", "name": "nas", "alias": "a" * 2000, "note": "fine"}]
    path = make(tmp_path / "backups.db", [run(BEGAN, backup="Music")], servers=servers)
    told = command("import", "duplistatus", str(path))
    assert (told.code, told.err) == (1, "")
    assert told.out.splitlines()[1:3] == ["1 note set", "not set: 1"]


@pytest.mark.usefixtures("database")
def test_another_file_is_refused_in_one_line(command: Commands, database: Path) -> None:
    told = command.refusal("import", "duplistatus", str(database))
    assert str(database) in told


def test_a_file_is_needed_before_a_database_of_ours(command: Commands, tmp_path: Path) -> None:
    told = command.refusal("import", "duplistatus", str(tmp_path / "none.db"))
    assert "none.db" in told
    path = make(tmp_path / "backups.db", [])
    told = command.refusal("import", "duplistatus", str(path), "--database", str(tmp_path / "x"))
    assert str(tmp_path / "x") in told


@pytest.mark.parametrize("zone", ["Mars", "", "../etc/passwd"])
def test_a_zone_that_is_none_is_refused(command: Commands, backups: Path, zone: str) -> None:
    told = command.refusal("import", "duplistatus", str(backups), "--timezone", zone)
    assert "is not a time zone" in told
