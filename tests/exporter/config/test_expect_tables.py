"""The ``[[expect]]`` tables: each fault of them is named, with the number of the table."""

from pathlib import Path

import pytest

from exporter.config import ConfigError, load
from exporter.config.expect_tables import MAX_TABLES, read_expected
from exporter.schedule.expressions import Every
from exporter.schedule.policy import ExpectedBackup
from exporter.times import DAY

RIGHT = {"server": "nas", "backup": "Photos"}
KNOWN = "server, backup, schedule"


def test_a_schedule_may_be_left_out() -> None:
    expected, problems = read_expected(
        [{**RIGHT, "schedule": "every 1d"}, {**RIGHT, "server": "*"}]
    )
    assert problems == []
    assert expected == (
        ExpectedBackup("nas", "Photos", Every(DAY)),
        ExpectedBackup("*", "Photos"),
    )


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"backup": "Photos"}, "server is missing"),
        ({"server": "nas"}, "backup is missing"),
        (
            {"server": "a", "backup": "b", "tolerance": "1h"},
            f"tolerance is unknown; expected one of {KNOWN}",
        ),
        ({**RIGHT, "server": 5}, "server must be a string of 1 to 2000 characters"),
        ({**RIGHT, "backup": " "}, "backup: must be a name as in the reports"),
        ({**RIGHT, "backup": "a\0b"}, "backup: must be a name as in the reports"),
        ({**RIGHT, "backup": "ü" * 128}, f"backup: '{'ü' * 40}'… is too long: at most 255 bytes"),
        (RIGHT, "is the same backup as expect 1: keep one"),
    ],
)
def test_what_is_wrong_is_named_by_its_number(table: dict[str, object], problem: str) -> None:
    assert read_expected([RIGHT, table])[1] == [f"expect 2: {problem}"]


def test_a_wrong_schedule_is_told_with_what_is_allowed() -> None:
    _, (problem,) = read_expected([{**RIGHT, "schedule": "daily"}])
    assert problem.startswith("expect 1: schedule: 'daily' is not a schedule: allowed are")


@pytest.mark.parametrize("value", ["nas", {"server": "nas"}, [5]])
def test_they_must_be_tables(value: object) -> None:
    assert read_expected(value) == (
        (),
        ["expect must be tables, each started by a line [[expect]]"],
    )


def test_there_may_be_a_thousand() -> None:
    tables = [{"server": "nas", "backup": str(number)} for number in range(MAX_TABLES)]
    assert len(read_expected(tables)[0]) == MAX_TABLES
    _, (problem,) = read_expected([*tables, RIGHT])
    assert problem == "expect: 1001 tables are too many: at most 1000"


def test_a_file_has_them(tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text('[[expect]]\nserver = "nas"\nbackup = "Photos"\nschedule = "every 1d"\n')
    config = load({"config": str(file)}, {})
    assert config.expected == (ExpectedBackup("nas", "Photos", Every(DAY)),)
    assert config.policy.expected == {("nas", "Photos"): Every(DAY)}
    file.write_text('[[expect]]\nserver = "nas"\n')
    with pytest.raises(ConfigError, match="expect 1: backup is missing"):
        load({"config": str(file)}, {})
