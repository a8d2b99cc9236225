from typing import Any

import pytest

from exporter.model import Counts, Machine, Message, Run, Status
from exporter.reports import Problem, read_report
from tests.exporter.reports.bodies import BACKUP, as_json, documented, millis, payload, problems

BEGAN = millis("2024-01-15T02:00:00Z")


def _without(field: str) -> bytes:
    backup = {key: value for key, value in BACKUP.items() if key != field}
    return as_json({"server": {"name": "web-1"}, "backup": backup})


def test_documented_example_is_read_whole() -> None:
    report = read_report(payload("documented.json"))

    assert report.machine == Machine(name="server-01", version="2.0.7.1")
    assert report.backup == "daily-backup"
    assert report.run == Run(
        operation="Backup",
        status=Status.SUCCESS,
        began=BEGAN,
        ended=millis("2024-01-15T03:30:00Z"),
        duration=5_400_000,
        counts=Counts(
            examined_files=1250,
            examined_bytes=1_073_741_824,
            stored_bytes=536_870_912,
        ),
    )
    assert report.log.messages == (Message("info", "Backup completed successfully"),)
    assert report.run.is_backup


def test_four_fields_are_enough() -> None:
    report = read_report(documented())

    assert report.machine == Machine(name="web-1")
    assert report.run == Run("Backup", Status.SUCCESS, BEGAN, None, None, Counts())
    assert report.log.messages == ()


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("success", Status.SUCCESS),
        ("SUCCESS", Status.SUCCESS),
        ("Warning", Status.WARNING),
        ("partial", Status.INTERRUPTED),
        ("Interrupted", Status.INTERRUPTED),
        ("STOPPED", Status.INTERRUPTED),
        ("cancelled", Status.INTERRUPTED),
        ("canceled", Status.INTERRUPTED),
        ("Error", Status.ERROR),
        ("failed", Status.ERROR),
        ("FAILURE", Status.ERROR),
        ("Fatal", Status.FATAL),
    ],
)
def test_status_synonyms_are_read_in_any_case(told: str, status: Status) -> None:
    assert read_report(documented({"status": told})).run.status is status


@pytest.mark.parametrize(
    ("backup", "ended", "duration"),
    [
        ({}, None, None),
        ({"endTime": "2024-01-15T02:00:01.5Z"}, BEGAN + 1500, 1500),
        ({"duration": 90}, BEGAN + 90_000, 90_000),
        ({"duration": 1.25}, BEGAN + 1250, 1250),
        ({"duration": 0}, BEGAN, 0),
        ({"endTime": "2024-01-15T02:00:00Z"}, BEGAN, 0),
        ({"endTime": "2024-01-15T04:00:00+02:00", "duration": None}, BEGAN, 0),
        ({"endTime": "2024-01-15T02:01:00Z", "duration": 30}, BEGAN + 60_000, 30_000),
    ],
)
def test_end_and_duration_complete_each_other(
    backup: dict[str, Any], ended: int | None, duration: int | None
) -> None:
    run = read_report(documented(backup)).run

    assert (run.ended, run.duration) == (ended, duration)


@pytest.mark.parametrize("told", ["2024-01-15T02:00:00", "2024-01-15T03:00:00+01:00"])
def test_time_without_an_offset_is_utc(told: str) -> None:
    assert read_report(documented({"startTime": told})).run.began == BEGAN


def test_levels_are_lower_case_and_may_be_missing() -> None:
    messages = [{"level": "WARNING", "message": "slow"}, {"message": "done"}]
    log = read_report(documented({"messages": messages})).log

    assert log.messages == (Message("warning", "slow"), Message("info", "done"))


def test_every_problem_is_named_at_once() -> None:
    body = as_json(
        {
            "server": {"name": "", "version": 7},
            "backup": {
                "status": "great",
                "startTime": "yesterday",
                "endTime": 5,
                "duration": "1h",
                "files": -1,
                "size": 1.5,
                "storageUsed": 2**63,
                "messages": "done",
            },
        }
    )

    assert sorted(problem.field for problem in problems(body)) == [
        "backup.duration",
        "backup.endTime",
        "backup.files",
        "backup.messages",
        "backup.name",
        "backup.size",
        "backup.startTime",
        "backup.status",
        "backup.storageUsed",
        "server.name",
        "server.version",
    ]


@pytest.mark.parametrize("field", ["name", "status", "startTime"])
def test_missing_field_is_named(field: str) -> None:
    assert problems(_without(field)) == (Problem(f"backup.{field}", "is required"),)


@pytest.mark.parametrize("field", ["name", "status", "startTime"])
def test_null_in_a_required_field_is_a_missing_field(field: str) -> None:
    expected = (Problem(f"backup.{field}", "is required"),)

    assert problems(documented({field: None})) == expected


@pytest.mark.parametrize("server", [None, "web-1", [], {}])
def test_missing_server_is_named(server: object) -> None:
    body = as_json({"server": server, "backup": BACKUP})

    assert problems(body) == (Problem("server.name", "is required"),)


@pytest.mark.parametrize("backup", [None, 1, "daily", [], [BACKUP]])
def test_backup_that_is_no_object_lacks_its_fields(backup: object) -> None:
    found = problems(as_json({"server": {"name": "web-1"}, "backup": backup}))

    assert [problem.field for problem in found] == [
        "backup.name",
        "backup.status",
        "backup.startTime",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", 4),
        ("status", ""),
        ("status", 0),
        ("status", ["success"]),
        ("status", "unknown"),
        ("startTime", ""),
        ("startTime", 1705284000),
        ("startTime", "0001-01-01T00:00:00"),
        ("startTime", "1969-12-31T23:59:59Z"),
        ("startTime", "9999-12-31T23:59:59-01:00"),
        ("startTime", "2024-02-30T00:00:00Z"),
        ("endTime", "2024-01-15T01:59:59.999Z"),
        ("endTime", "later"),
        ("duration", -1),
        ("duration", "5400"),
        ("duration", [5400]),
        ("duration", 1e300),
        ("duration", 253_402_300_799),
        ("files", -1),
        ("files", "4"),
        ("files", 4.0),
        ("files", 2**63),
        ("size", {}),
        ("storageUsed", [1]),
        ("messages", {}),
        ("messages", ["done"]),
        ("messages", [{"level": "info"}]),
        ("messages", [{"level": 1, "message": "done"}]),
        ("messages", [{"level": None, "message": "done"}]),
    ],
)
def test_wrong_value_is_named(field: str, value: object) -> None:
    found = problems(documented({field: value}))

    assert [problem.field for problem in found] == [f"backup.{field}"]
    assert found[0].message


@pytest.mark.parametrize("field", ["duration", "files", "size", "storageUsed"])
def test_truth_value_is_no_number(field: str) -> None:
    found = problems(documented({field: True}))

    assert [problem.field for problem in found] == [f"backup.{field}"]


@pytest.mark.parametrize(
    "field", ["endTime", "duration", "files", "size", "storageUsed", "messages"]
)
def test_null_in_an_optional_field_is_a_missing_field(field: str) -> None:
    assert read_report(documented({field: None})).run == read_report(documented()).run


def test_largest_numbers_are_kept() -> None:
    run = read_report(documented({"files": 0, "size": 2**63 - 1})).run

    assert (run.counts.examined_files, run.counts.examined_bytes) == (0, 2**63 - 1)


def test_longest_names_are_kept() -> None:
    report = read_report(documented({"name": "ü" * 127}, {"name": "n" * 255}))

    assert report.backup == "ü" * 127
    assert report.machine.name == "n" * 255


def test_long_list_of_messages_is_cut() -> None:
    log = read_report(documented({"messages": [{"message": "line"}] * 1005})).log

    assert (len(log.messages), log.lines_dropped, log.lines_shortened) == (1000, 5, 0)
