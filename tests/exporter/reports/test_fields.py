import pytest

from exporter.model import short_name
from exporter.reports import read_report
from exporter.reports.fields import Reader
from exporter.reports.oddities import Oddities
from tests.exporter.reports.bodies import details, duplicati, millis

NAMES = (
    "backup-name",
    "backup-id",
    "machine-id",
    "machine-name",
    "operating-system",
    "destination-type",
)
WRONG: tuple[object, ...] = ("twelve", "1,234", True, [7], {"a": 1}, 1.5, "1.5", "1e3", "12 MB")
UNTOLD: tuple[object, ...] = (None, "", " ", "None", "null", -1, "-1")


@pytest.mark.parametrize("value", UNTOLD)
def test_a_count_that_is_not_told_is_not_reported(value: object) -> None:
    report = read_report(duplicati({"ExaminedFiles": value}))

    assert report.run.counts.examined_files is None
    assert report.log.details == ()


@pytest.mark.parametrize("value", WRONG)
def test_a_count_that_cannot_be_read_is_left_out_and_named(value: object) -> None:
    report = read_report(duplicati({"ExaminedFiles": value}))

    assert report.run.counts.examined_files is None
    assert report.log.details == ("Data.ExaminedFiles: is not a whole number, left out",)


@pytest.mark.parametrize(
    ("value", "count"),
    [(0, 0), (7, 7), (7.0, 7), (2**63 - 1, 2**63 - 1), ("7", 7), (" 12 ", 12), ("7.0", 7)],
)
def test_whole_number_is_a_count(value: object, count: int) -> None:
    assert Reader({"Files": value}).count("Files") == count


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**30, 1e19, -1e300, 2.0**63, "9" * 30])
@pytest.mark.parametrize("key", ["ExaminedFiles", "AFieldOfNextYear"])
def test_number_beyond_64_bits_is_left_out_and_named(key: str, value: object) -> None:
    report = read_report(duplicati({key: value, "AddedFiles": 3}))

    assert report.counted == {"AddedFiles": 3}
    assert report.run.counts.examined_files is None
    assert report.log.details == (f"Data.{key}: does not fit into 64 bits, left out",)


@pytest.mark.parametrize("value", [-2, -39, -7.0, "-39"])
@pytest.mark.parametrize("key", ["ExaminedFiles", "BytesUploaded"])
def test_negative_count_is_left_out_and_named(key: str, value: object) -> None:
    report = read_report(duplicati({"ExaminedFiles": 5, "BackendStatistics": {}, key: value}))

    assert key not in report.counted
    if key == "ExaminedFiles":
        assert report.run.counts.examined_files is None
        assert report.log.details == ("Data.ExaminedFiles: is less than 0, left out",)


def test_negative_figures_of_the_destination_are_left_out_but_an_unknown_quota() -> None:
    backend = {"BytesUploaded": -39, "KnownFileSize": -1, "AssignedQuotaSpace": -1}
    report = read_report(duplicati({"BackendStatistics": backend}))

    assert report.run.counts.uploaded_bytes is None
    assert report.run.counts.stored_bytes is None
    assert report.counted == {"BackendStatistics.AssignedQuotaSpace": -1}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (True, True),
        (False, False),
        ("True", True),
        ("false", False),
        (" TRUE ", True),
        (1, True),
        ("0", False),
        (None, None),
        ("None", None),
        ("yes", None),
        (7, None),
        (1.0, None),
        ([True], None),
    ],
)
def test_truth_value_is_read_also_quoted(value: object, told: object) -> None:
    assert Reader({"Dryrun": value}).flag("Dryrun") is told


@pytest.mark.parametrize("key", NAMES)
@pytest.mark.parametrize("value", [None, 5, True, [], {}, "", " \t", "None"])
def test_name_of_a_wrong_type_is_not_reported(key: str, value: object) -> None:
    report = read_report(duplicati(extra={"backup-name": "Photos", key: value}))
    machine, run = report.machine, report.run

    named = (machine.machine_id, machine.name, machine.os, run.backup_id, run.destination_type)
    assert named == (None,) * 5
    assert report.backup in ("Photos", "(unnamed)")


@pytest.mark.parametrize("key", NAMES)
@pytest.mark.parametrize("length", [256, 1025, 100_000])
def test_a_long_name_is_cut(key: str, length: int) -> None:
    report = read_report(duplicati(extra={"backup-name": "Photos", key: "n" * length}))
    machine, run = report.machine, report.run

    named = (machine.machine_id, machine.name, machine.os, run.backup_id, run.destination_type)
    assert short_name("n" * length) in (*named, report.backup)


@pytest.mark.parametrize("key", ["Version", "MainOperation"])
def test_a_result_that_names_something_is_cut_too(key: str) -> None:
    report = read_report(duplicati({key: "n" * 1025}))

    assert short_name("n" * 1025) in (report.machine.version, report.run.operation)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2025-04-21T23:45:46.9712217Z", millis("2025-04-21T23:45:46.971Z")),
        ("2025-04-21T23:45:46.9Z", millis("2025-04-21T23:45:46.900Z")),
        ("2025-04-22T00:45:46.9712217+01:00", millis("2025-04-21T23:45:46.971Z")),
        ("2025-04-21T23:45:46", millis("2025-04-21T23:45:46Z")),
        ("20260715T010000Z", millis("2026-07-15T01:00:00Z")),
        (" 2025-04-21T23:45:46Z ", millis("2025-04-21T23:45:46Z")),
        ("2025-04-21 23:45:46", millis("2025-04-21T23:45:46Z")),
        ("2025-04-21 23:45:46 Z", millis("2025-04-21T23:45:46Z")),
        ("2025-04-22 00:45:46 +01:00", millis("2025-04-21T23:45:46Z")),
        ("2025-04-21T 23:45:46.5 Z", millis("2025-04-21T23:45:46.500Z")),
        ("2025-04-22T00:45:46.9712217 01:00", millis("2025-04-21T23:45:46.971Z")),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59.9999999", 253_402_300_799_999),
        ("9999-12-31T23:59:59-14:00", None),
        ("2025-04-31T00:00:00Z", None),
        ("today", None),
        ("", None),
        (1745279146, None),
        (None, None),
    ],
)
def test_moment_is_read_or_not_reported(value: object, moment: int | None) -> None:
    assert Reader({"EndTime": value}).timestamp("EndTime") == moment


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("00:00:51.3856057", 51_385),
        ("1.02:03:04", 93_784_000),
        (" 00:00:51.38 ", 51_380),
        ("1. 02:03:04", 93_784_000),
        ("00:00:00", 0),
        ("-00:00:01", None),
        ("51", None),
        (51, None),
        (None, None),
    ],
)
def test_length_of_time_is_read_or_not_reported(value: object, length: int | None) -> None:
    assert Reader({"Duration": value}).timespan("Duration") == length


@pytest.mark.parametrize("value", [None, [], "text", 4])
def test_nested_object_of_a_wrong_type_is_empty(value: object) -> None:
    report = read_report(duplicati({"BackendStatistics": value, "TestResults": value}))

    assert report.run.counts.stored_bytes is None
    assert report.run.verification is None


def test_numbers_kept_of_one_report_are_bounded() -> None:
    report = read_report(duplicati({f"Field{at}": at for at in range(1000)}))

    assert len(report.counted) == 300


def test_number_under_a_name_too_long_is_not_kept() -> None:
    counted = read_report(duplicati({"n" * 1025: 1, "n" * 1024: 2})).counted

    assert counted == {"n" * 1024: 2}


@pytest.mark.parametrize("value", [5, True, [], {}, 1.5])
@pytest.mark.parametrize("key", ["BeginTime", "Duration", "ParsedResult"])
def test_text_of_a_wrong_type_is_named(key: str, value: object) -> None:
    assert details(duplicati({key: value})) == (f"Data.{key}: is not a text, left out",)


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("EndTime", "yesterday", "is not a time"),
        ("Duration", "an hour", "is not a duration"),
        ("Dryrun", "perhaps", "is neither true nor false"),
        ("BackendStatistics", [1], "is not an object"),
    ],
)
def test_value_that_cannot_be_read_is_named(key: str, value: object, problem: str) -> None:
    assert details(duplicati({key: value})) == (f"Data.{key}: {problem}, left out",)


def test_what_is_named_is_bounded() -> None:
    odd = {f"Field{at}{'x' * 300}": 1e300 for at in range(50)}
    told = details(duplicati(odd))

    assert len(told) == 20
    assert max(map(len, told)) == 200


def test_the_same_value_is_named_once() -> None:
    oddities = Oddities()
    reader = Reader({"Files": "many"}, oddities, "Data.")

    assert reader.count("Files") is reader.count("Files") is None
    assert oddities.notes() == ("Data.Files: is not a whole number, left out",)
