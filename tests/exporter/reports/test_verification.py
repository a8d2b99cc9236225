"""What is told of the test of stored files, and of a compact, that were part of a run."""

from typing import Any

import pytest

from exporter.model import Status, Verification
from exporter.reports import read_report
from tests.exporter.reports.bodies import as_json, duplicati, millis

BEGAN = "2025-04-21T23:46:00Z"
ENDED = "2025-04-21T23:46:30Z"
NEVER = "0001-01-01T00:00:00"
TESTED = {
    "MainOperation": "Test",
    "ParsedResult": "Success",
    "Interrupted": False,
    "BeginTime": BEGAN,
    "EndTime": ENDED,
    "Verifications": [{"Key": "a.dlist", "Value": []}, {"Key": "a.dblock", "Value": []}],
}


def _verification(data: dict[str, Any], exception: object = None) -> Verification | None:
    return read_report(duplicati(data, Exception=exception)).run.verification


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, Status.SUCCESS),
        ({"ParsedResult": "Warning"}, Status.WARNING),
        ({"ParsedResult": "Error"}, Status.ERROR),
        ({"ErrorsActualLength": 1}, Status.ERROR),
        (
            {"Verifications": [{"Key": "a", "Value": [{"Key": "Error", "Value": "x"}]}]},
            Status.ERROR,
        ),
        ({"Verifications": [{"Key": "a", "Value": "damaged"}]}, Status.ERROR),
        ({"Verifications": [{"Key": "Error", "Value": []}]}, Status.ERROR),
        ({"Verifications": [{"Key": "a", "Value": []}, {"Key": "Error"}]}, Status.ERROR),
    ],
)
def test_a_fault_that_a_test_found_is_an_error_whatever_it_says(
    changed: dict[str, Any], status: Status
) -> None:
    expected = Verification(millis(ENDED), status)

    assert _verification({"TestResults": TESTED | changed}) == expected
    assert _verification({**TESTED, **changed}) == expected


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            [{"Key": "a", "Value": []}, {"Key": "b", "Value": [{"Key": "Error", "Value": "gone"}]}],
            "b failed its test: gone",
        ),
        ([{"Key": "b", "Value": ["gone"]}], "b failed its test: gone"),
        ([{"Key": "b", "Value": "gone"}, {"Key": "c", "Value": "gone"}], "b failed its test: gone"),
        ([7, {"Key": "b", "Value": [7]}], "b failed its test"),
        ([{"Key": "Error", "Value": "gone"}], "a stored file failed its test: gone"),
        ([{"Key": "", "Value": ["gone"]}], "a stored file failed its test: gone"),
        ([{"Key": "Error"}], "a stored file failed its test"),
        ([{"Key": "a", "Value": []}], None),
        ("many", None),
    ],
)
def test_the_reason_names_the_file_that_failed_its_test(files: object, told: str | None) -> None:
    found = TESTED | {"Verifications": files}
    warned = "2025 - [Warning-A.B]: a file is locked"

    for data in ({"TestResults": found}, found):
        report = read_report(duplicati({"ParsedResult": "Success", **data}))
        assert report.run.reason == told
    with_warning = duplicati({"ParsedResult": "Warning", "TestResults": found}, LogLines=[warned])
    assert read_report(with_warning).run.reason == (told or "a file is locked")


def test_an_error_of_the_run_explains_it_more_than_what_its_test_found() -> None:
    found = TESTED | {"Verifications": [{"Key": "b", "Value": "gone"}]}
    data = {"ParsedResult": "Error", "TestResults": found}
    report = read_report(duplicati(data, LogLines=["2025 - [Error-A.B]: no route"]))

    assert report.run.reason == "no route"


@pytest.mark.parametrize(
    "changed",
    [
        {"EndTime": NEVER},
        {"EndTime": "soon"},
        {"Interrupted": True},
        {"Interrupted": "true"},
        {"Verifications": "many"},
        {"Verifications": [7]},
    ],
)
def test_a_test_that_was_stopped_or_cannot_be_read_tells_nothing(changed: dict[str, Any]) -> None:
    assert _verification({"TestResults": TESTED | changed}) is None
    assert _verification({**TESTED, **changed}) is None


@pytest.mark.parametrize("results", [None, {}, [], "None", TESTED | {"Verifications": []}])
def test_a_backup_without_a_test_has_no_verification(results: object) -> None:
    assert _verification({"TestResults": results}) is None
    assert _verification({"TestResults": results, "ParsedResult": "Fatal"}) is None


@pytest.mark.parametrize("begin", [BEGAN, None])
def test_a_run_that_died_in_its_test_did_not_finish_it(begin: str | None) -> None:
    unfinished = TESTED | {"EndTime": NEVER, "BeginTime": begin}
    at = millis(begin or "2025-04-21T23:45:46Z")
    told = _verification({"ParsedResult": "Fatal", "TestResults": unfinished}, exception="damaged")

    assert told == Verification(at, Status.FATAL)


@pytest.mark.parametrize("result", ["Success", "Error", "Fatal"])
def test_a_finished_test_of_a_run_that_died_is_not_believed(result: str) -> None:
    data = {"TestResults": TESTED | {"ParsedResult": result}}

    assert _verification(data, exception="died later") is None


@pytest.mark.parametrize("ended", [ENDED, NEVER])
def test_a_test_of_its_own_that_died_is_fatal_from_its_begin(ended: str) -> None:
    data = {**TESTED, "EndTime": ended, "ParsedResult": "Fatal"}

    assert _verification(data) == Verification(millis(BEGAN), Status.FATAL)


def test_a_test_that_died_before_it_told_a_time_has_no_verification() -> None:
    thrown = {"ClassName": "System.Exception", "Message": "no"}
    body = {"Data": thrown, "Extra": {"OperationName": "Test", "backup-name": "Photos"}}

    assert read_report(as_json(body)).run.verification is None


@pytest.mark.parametrize(
    ("compact", "top", "at"),
    [
        ({}, {}, millis(ENDED)),
        ({"ParsedResult": "Warning"}, {}, millis(ENDED)),
        ({"ParsedResult": "Error"}, {}, None),
        ({"Interrupted": True}, {}, None),
        ({"EndTime": NEVER}, {}, None),
        ({}, {"Exception": "died later"}, None),
    ],
)
def test_a_compact_that_ended_well_is_told(
    compact: dict[str, Any], top: dict[str, Any], at: int | None
) -> None:
    results = {"MainOperation": "Compact", "ParsedResult": "Success", "EndTime": ENDED, **compact}

    assert read_report(duplicati({"CompactResults": results}, **top)).run.compacted == at


@pytest.mark.parametrize("results", [None, {}, "None", []])
def test_a_run_without_a_compact_tells_none(results: object) -> None:
    assert read_report(duplicati({"CompactResults": results})).run.compacted is None
