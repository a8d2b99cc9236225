"""Second copies: what a report tells of them, and that nobody's password is kept."""

from typing import Any

import pytest

from exporter.model import Copying, CopyOutcome, SecondCopy, Status
from exporter.reports import read_report
from exporter.reports.copies import without_secrets
from tests.exporter.reports.bodies import duplicati, millis, text_report

ENDED = "2025-04-21T23:46:37Z"
HANDLER = "Duplicati.Library.Main.Operation.RemoteSynchronizationHandler"
FAILED = f"2025-04-21 23:46:37 +00 - [Error-{HANDLER}-RemoteSyncFailed]: no route"
BECAUSE = "Remote synchronization skipped because the backup had warnings"
COPY: dict[str, Any] = {
    "Destination": "file:///backup/second",
    "CopiedFileCount": 3,
    "CopiedFileSize": 785_072,
    "FailedVerificationCount": 0,
    "MainOperation": "RemoteSynchronization",
    "ParsedResult": "Success",
    "BeginTime": "2025-04-21T23:46:35Z",
    "EndTime": ENDED,
}
SECOND = SecondCopy("file:///backup/second", millis(ENDED), Status.SUCCESS, 3, 785_072, 0)


def _skipped(text: str, level: str = "Information") -> str:
    return f"2025-04-21 23:46:37 +00 - [{level}-{HANDLER}-RemoteSyncSkipped]: {text}"


def _copying(copies: object, *lines: str, exception: object = None) -> Copying | None:
    told = {"RemoteSynchronizationResults": copies}
    return read_report(duplicati(told, LogLines=lines, Exception=exception)).run.copying


def test_copies_that_went_well_are_told() -> None:
    other = COPY | {"Destination": "ssh://host/path"}
    second = SecondCopy("ssh://host/path", millis(ENDED), Status.SUCCESS, 3, 785_072, 0)

    assert _copying([COPY, other]) == Copying(CopyOutcome.COPIED, (SECOND, second))


@pytest.mark.parametrize("copies", [None, []])
def test_a_report_that_could_tell_of_copies_and_tells_none_is_untold(copies: object) -> None:
    assert _copying(copies) == Copying(CopyOutcome.UNTOLD)


def test_a_report_that_has_no_place_for_copies_tells_nothing() -> None:
    assert read_report(duplicati()).run.copying is None
    assert read_report(text_report("Photos", "ParsedResult: Success")).run.copying is None
    told = ("RemoteSynchronizationResults: []", "ParsedResult: Success")
    assert read_report(text_report("Photos", *told)).run.copying is None


@pytest.mark.parametrize("value", ["many", 7, {}, True])
def test_copies_that_cannot_be_read_tell_nothing(value: object) -> None:
    assert _copying(value) is None


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (FAILED, CopyOutcome.MISSED),
        (_skipped(BECAUSE), CopyOutcome.MISSED),
        (_skipped(BECAUSE, "Warning"), CopyOutcome.MISSED),
        (_skipped(f"{BECAUSE}: ssh://host/path"), CopyOutcome.MISSED),
        (_skipped(BECAUSE.upper()), CopyOutcome.MISSED),
        (_skipped("Not due yet: ssh://host/path"), CopyOutcome.NOT_DUE),
        (_skipped("/backup/second is not due"), CopyOutcome.NOT_DUE),
        (_skipped(r"Not due: C:\backup"), CopyOutcome.NOT_DUE),
        (_skipped(r"Not due: \\host\share"), CopyOutcome.NOT_DUE),
        (_skipped("Not due: '/backup/second'"), CopyOutcome.NOT_DUE),
        (_skipped("Not due: ssh://host/path", "Warning"), CopyOutcome.UNTOLD),
        (_skipped("example text"), CopyOutcome.UNTOLD),
        (_skipped("either/or"), CopyOutcome.UNTOLD),
        (f"[Information-{HANDLER}-SynchronizationPlan]: ssh://host/path", CopyOutcome.UNTOLD),
        ("[Information-A.B-C]: RemoteSyncFailed", CopyOutcome.UNTOLD),
    ],
)
def test_a_line_tells_of_a_copy_that_was_not_made(line: str, outcome: CopyOutcome) -> None:
    assert _copying([], line) == Copying(outcome)


def test_a_failure_weighs_more_than_what_was_not_due_and_what_was_copied() -> None:
    not_due = _skipped("Not due: ssh://host/path")

    assert _copying([COPY], not_due, FAILED) == Copying(CopyOutcome.MISSED, (SECOND,))
    assert _copying([COPY], FAILED, not_due) == Copying(CopyOutcome.MISSED, (SECOND,))
    assert _copying([COPY], not_due) == Copying(CopyOutcome.NOT_DUE, (SECOND,))


def test_a_line_is_found_in_a_text_report_too() -> None:
    body = text_report("Photos", "ParsedResult: Error", "", "Log data:", FAILED)

    assert read_report(body).run.copying == Copying(CopyOutcome.MISSED)


@pytest.mark.parametrize(
    ("changed", "status", "outcome"),
    [
        ({"ParsedResult": "Warning"}, Status.WARNING, CopyOutcome.COPIED),
        ({"ParsedResult": "Error"}, Status.ERROR, CopyOutcome.MISSED),
        ({"ErrorsActualLength": 1}, Status.ERROR, CopyOutcome.MISSED),
        ({"ParsedResult": "Fatal"}, Status.FATAL, CopyOutcome.MISSED),
        ({"ParsedResult": None}, Status.UNKNOWN, CopyOutcome.MISSED),
        ({"Interrupted": True}, Status.INTERRUPTED, CopyOutcome.MISSED),
        ({"FailedVerificationCount": 2}, Status.WARNING, CopyOutcome.COPIED),
        ({"FailedVerificationCount": 2, "ParsedResult": "Error"}, Status.ERROR, CopyOutcome.MISSED),
    ],
)
def test_a_copy_is_judged_as_a_run_is(
    changed: dict[str, Any], status: Status, outcome: CopyOutcome
) -> None:
    told = _copying([COPY | changed])

    assert told is not None
    assert (told.copies[0].status, told.outcome) == (status, outcome)


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"EndTime": "0001-01-01T00:00:00"}, "2025-04-21T23:46:35Z"),
        ({"EndTime": None, "BeginTime": None}, "2025-04-21T23:46:38Z"),
    ],
)
def test_a_copy_without_an_end_is_dated_by_what_is_told(changed: dict[str, Any], at: str) -> None:
    told = _copying([COPY | changed])

    assert told is not None
    assert told.copies[0].at == millis(at)


@pytest.mark.parametrize("entry", [7, None, {}, {"Destination": 5}, {"EndTime": ENDED}])
def test_a_copy_that_cannot_be_read_is_left_out_and_named(entry: object) -> None:
    report = read_report(duplicati({"RemoteSynchronizationResults": [entry, COPY]}))

    assert report.run.copying == Copying(CopyOutcome.COPIED, (SECOND,))
    assert any("RemoteSynchronizationResults.0" in detail for detail in report.log.details)


def test_copies_of_a_run_that_died_are_not_believed() -> None:
    assert _copying([COPY], exception="disk full") == Copying(CopyOutcome.UNTOLD)


def test_copies_are_bounded() -> None:
    told = _copying([COPY] * 1000)

    assert told is not None
    assert len(told.copies) == 20


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("file:///backup/second", "file:///backup/second"),
        ("ssh://me:secret@host:22/path/of", "ssh://host:22/path/of"),
        ("ftp://me@host/path", "ftp://host/path"),
        ("ftp://me:se@cret@host/path", "ftp://host/path"),
        ("ftp://me:se/cret@host/path", "ftp://host/path"),
        ("ftp://me:se?cret@host/path?x=1", "ftp://host/path"),
        ("ftp://me:se#cret@host/path", "ftp://host/path"),
        ("s3://bucket/folder?auth-username=me&auth-password=a@b", "s3://bucket/folder"),
        ("s3://bucket/folder@2024/x", "s3://bucket/folder@2024/x"),
        ("s3://bucket:9000/folder@2024", "s3://bucket:9000/folder@2024"),
        ("webdavs://host/path#part", "webdavs://host/path"),
        ("file://C:\\backup\\x@y", "file://C:\\backup\\x@y"),
        ("/backup/second", "/backup/second"),
        (" /backup/second?x=1 ", "/backup/second"),
        ("C:\\backup", "C:\\backup"),
    ],
)
def test_a_destination_keeps_scheme_host_and_path_alone(url: str, kept: str) -> None:
    assert without_secrets(url) == kept


def test_a_destination_is_bounded() -> None:
    assert len(without_secrets("ssh://host/" + "x" * 5000)) == 512
