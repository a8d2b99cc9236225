"""How a run ended: the rules in their order, and what cannot be read."""

import json
from typing import Any

import pytest

from exporter.model import Status
from exporter.reports import read_report
from tests.exporter.reports.bodies import as_json, duplicati

DECIDING = (
    "Interrupted",
    "PartialBackup",
    "ErrorsActualLength",
    "WarningsActualLength",
    "FilesWithError",
    "Fatal",
)


def _status(data: dict[str, Any], exception: object = None) -> Status:
    return read_report(duplicati(data, Exception=exception)).run.status


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, Status.SUCCESS),
        ({"ParsedResult": "success"}, Status.SUCCESS),
        ({"ParsedResult": " Success "}, Status.SUCCESS),
        ({"ParsedResult": "Warning"}, Status.WARNING),
        ({"ParsedResult": "Error"}, Status.ERROR),
        ({"ParsedResult": "Fatal"}, Status.FATAL),
        ({"ParsedResult": "Unknown"}, Status.UNKNOWN),
        ({"ParsedResult": "Splendid"}, Status.UNKNOWN),
        ({"ParsedResult": 3}, Status.UNKNOWN),
        ({"ParsedResult": None}, Status.UNKNOWN),
        ({"ParsedResult": "None"}, Status.UNKNOWN),
        ({"WarningsActualLength": 1}, Status.WARNING),
        ({"WarningsActualLength": "1"}, Status.WARNING),
        ({"FilesWithError": 2}, Status.WARNING),
        ({"FilesWithError": "2"}, Status.WARNING),
        ({"FilesWithError": 2, "ParsedResult": "Error"}, Status.ERROR),
        ({"ErrorsActualLength": 1}, Status.ERROR),
        ({"ErrorsActualLength": "1"}, Status.ERROR),
        ({"ErrorsActualLength": 1.0}, Status.ERROR),
        ({"ErrorsActualLength": 1, "WarningsActualLength": 1}, Status.ERROR),
        ({"ErrorsActualLength": -1}, Status.SUCCESS),
        ({"ParsedResult": "Warning", "ErrorsActualLength": 1}, Status.ERROR),
        ({"ParsedResult": "Error", "WarningsActualLength": 1}, Status.ERROR),
        ({"ParsedResult": "Fatal", "ErrorsActualLength": 1}, Status.FATAL),
        ({"ParsedResult": "Unknown", "ErrorsActualLength": 1}, Status.UNKNOWN),
        ({"Fatal": True}, Status.FATAL),
        ({"Fatal": True, "Interrupted": True}, Status.FATAL),
        ({"Fatal": "False"}, Status.SUCCESS),
    ],
)
def test_status_follows_result_and_counts(data: dict[str, Any], status: Status) -> None:
    assert _status(data) is status


@pytest.mark.parametrize("flag", ["Interrupted", "PartialBackup"])
@pytest.mark.parametrize("value", [True, "True", "true", 1])
@pytest.mark.parametrize("result", ["Success", "Warning", "Error", "Unknown", "Splendid", None])
@pytest.mark.parametrize("errors", [0, 1, "many"])
def test_a_run_that_was_stopped_is_interrupted_whatever_else_it_says(
    flag: str, value: object, result: str | None, errors: object
) -> None:
    data = {flag: value, "ParsedResult": result, "ErrorsActualLength": errors}

    assert _status(data) is Status.INTERRUPTED


@pytest.mark.parametrize("flag", ["Interrupted", "PartialBackup"])
def test_a_run_that_was_stopped_and_died_is_fatal(flag: str) -> None:
    assert _status({flag: True, "ParsedResult": "Fatal"}) is Status.FATAL
    assert _status({flag: True}, exception="disk full") is Status.FATAL


@pytest.mark.parametrize("key", DECIDING)
@pytest.mark.parametrize("value", ["perhaps", [], {}, [1], 1.5, 1e300, 2**70, "\ud800", "NaN", ""])
def test_a_value_that_decides_and_cannot_be_read_makes_a_success_a_warning(
    key: str, value: object
) -> None:
    told = value != ""
    body = as_json_with_halves({"ParsedResult": "Success", key: value})
    report = read_report(body)

    assert report.run.status is (Status.WARNING if told else Status.SUCCESS)
    assert bool(report.log.details) is told


@pytest.mark.parametrize("result", ["Warning", "Error", "Unknown"])
def test_a_value_that_cannot_be_read_makes_nothing_better(result: str) -> None:
    assert _status({"ParsedResult": result, "Interrupted": "perhaps"}) is Status(result.lower())


@pytest.mark.parametrize("key", DECIDING)
@pytest.mark.parametrize("value", [None, "None", "null", " "])
def test_a_value_that_decides_and_is_not_told_decides_nothing(key: str, value: object) -> None:
    assert _status({key: value}) is Status.SUCCESS


@pytest.mark.parametrize("version", ["2.0.6.3", "2.3.1.0", "9.9.9.9", None, 7])
def test_the_version_decides_nothing(version: object) -> None:
    assert _status({"Version": version, "PartialBackup": True}) is Status.INTERRUPTED
    assert _status({"Version": version}) is Status.SUCCESS


@pytest.mark.parametrize("result", ["Success", "Warning", "Error", "Fatal", "Unknown"])
def test_exception_beside_any_result_is_fatal(result: str) -> None:
    assert _status({"ParsedResult": result}, exception="out of memory") is Status.FATAL


@pytest.mark.parametrize("exception", [None, "", "  ", "None", "null"])
def test_no_text_of_an_exception_is_no_exception(exception: object) -> None:
    assert _status({}, exception=exception) is Status.SUCCESS


@pytest.mark.parametrize("exception", [5, {}, [], ["disk full"], True, {"a": 1}])
def test_an_exception_that_cannot_be_read_makes_a_success_a_warning(exception: object) -> None:
    assert _status({}, exception=exception) is Status.WARNING
    assert _status({"ParsedResult": "Error"}, exception=exception) is Status.ERROR
    assert _status({"Interrupted": True}, exception=exception) is Status.INTERRUPTED


def test_an_exception_as_an_object_is_read() -> None:
    run = read_report(duplicati(Exception={"ClassName": "System.IOError", "Message": "full"})).run

    assert (run.status, run.reason) == (Status.FATAL, "System.IOError: full")


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("Normal", Status.INTERRUPTED),
        ("warning", Status.INTERRUPTED),
        (" NORMAL ", Status.INTERRUPTED),
        (0, Status.INTERRUPTED),
        (1, Status.INTERRUPTED),
        (None, Status.FATAL),
        ("Error", Status.FATAL),
        ("error", Status.FATAL),
        (2, Status.FATAL),
        ("perhaps", Status.FATAL),
        ([], Status.FATAL),
    ],
)
@pytest.mark.parametrize("place", ["Data", "Exception"])
def test_a_script_that_wanted_no_backup_interrupts_it(
    place: str, reason: object, status: Status
) -> None:
    thrown = {
        "AbortReason": reason,
        "ClassName": "Duplicati.Library.Interface.OperationAbortException",
        "Message": "the script said no",
        "HResult": -1,
    }
    body = {"Data": {}, "Extra": {"backup-name": "Photos"}, "LogLines": [], place: thrown}
    run = read_report(as_json(body)).run

    assert run.status is status
    assert (run.reason or "").endswith("the script said no")


@pytest.mark.parametrize(("code", "status"), [(1, Status.INTERRUPTED), (5, Status.FATAL)])
def test_an_abort_without_a_reason_tells_it_by_the_code_of_the_script(
    code: int, status: Status
) -> None:
    thrown = {
        "ClassName": "Duplicati.Library.Interface.OperationAbortException",
        "Message": f'The script "/check" returned with exit code {code}',
    }
    run = read_report(as_json({"Data": thrown, "Extra": {"backup-name": "Photos"}})).run

    assert run.status is status


def test_the_abort_of_a_script_is_known_without_the_name_of_its_class() -> None:
    thrown = {"AbortReason": "Normal", "Message": "the script said no", "StackTrace": "at A"}
    run = read_report(as_json({"Data": thrown, "Extra": {"backup-name": "Photos"}})).run

    assert (run.status, run.reason) == (Status.INTERRUPTED, "the script said no")


def test_another_exception_without_a_reason_to_abort_is_a_death() -> None:
    thrown = {"ClassName": "System.IO.IOException", "Message": "full", "AbortReason": None}

    assert read_report(as_json({"Data": thrown, "Extra": {}})).run.status is Status.FATAL


@pytest.mark.parametrize(
    ("code", "status"),
    [(1, Status.INTERRUPTED), (3, Status.INTERRUPTED), (5, Status.FATAL), (13, Status.FATAL)],
)
def test_the_text_of_an_abort_tells_its_reason_by_the_code_of_the_script(
    code: int, status: Status
) -> None:
    name = "Duplicati.Library.Interface.OperationAbortException"
    said = f'{name}: The script "/check" returned with exit code {code}'

    assert _status({"ParsedResult": "Fatal"}, exception=said) is status


@pytest.mark.parametrize(
    ("exception", "status"), [("disk full", Status.FATAL), (None, Status.UNKNOWN)]
)
def test_no_data_beside_extra_is_a_run_of_which_only_the_exception_is_known(
    exception: str | None, status: Status
) -> None:
    body = {"Data": None, "Extra": {"backup-name": "Photos"}, "Exception": exception}
    report = read_report(as_json(body))

    assert (report.backup, report.run.operation, report.run.status) == ("Photos", "Backup", status)


def as_json_with_halves(data: dict[str, Any]) -> bytes:
    """Encode a report that may hold half of a character as a relay does, in an escape."""
    return json.dumps({"Data": data, "Extra": {"backup-name": "Photos"}}).encode()
