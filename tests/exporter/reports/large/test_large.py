"""Large reports as machines really send them: nothing that decides is left out."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.model import Report, Status
from exporter.reports import ReportError, read_report
from exporter.reports.large import LARGE_BYTES
from exporter.reports.large.objects import KNOWN
from tests.exporter.reports.bodies import RESULTS, documented, duplicati, form, text_report

pytestmark = pytest.mark.not_quick

MANY = 20_000
WARNING = "2025-04-21 23:45:46 +00 - [Warning-A.B]: a file, somewhere, is locked"
FOUND = {"Key": "duplicati-b1.dblock.zip.aes", "Value": ["Missing"]}
SOUND = {"Key": "duplicati-b0.dblock.zip.aes", "Value": []}


def _read(body: bytes) -> Report:
    assert len(body) > LARGE_BYTES
    return read_report(body)


@pytest.mark.parametrize("wrap", [bytes, lambda body: form(message=body)])
def test_a_long_log_keeps_the_gravest_and_counts_the_rest(wrap: Callable[[bytes], bytes]) -> None:
    told = [WARNING] * MANY + ["[Error-A.B]: the last word"]
    report = _read(wrap(duplicati({"ParsedResult": "Error"}, LogLines=told)))

    assert report.log.messages[-1].text == "[Error-A.B]: the last word"
    assert len(report.log.messages) == 1000
    assert report.log.lines_dropped == MANY - 999
    assert report.run.reason == "the last word"
    assert report.counted == read_report(duplicati()).counted


def test_lines_in_the_results_are_those_of_a_report_without_a_log() -> None:
    report = _read(duplicati({"Warnings": [WARNING] * MANY, "Errors": ["[Error-A]: refused"]}))

    assert report.log.messages[0].text == "[Error-A]: refused"
    assert len(report.log.messages) == 1000
    assert report.log.lines_dropped == MANY - 999


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([SOUND] * MANY, Status.SUCCESS),
        ([SOUND] * MANY + [FOUND] + [SOUND] * MANY, Status.ERROR),
        ([SOUND] * MANY + [7], None),
        ([7] + [SOUND] * MANY + [FOUND], Status.ERROR),
        ([{**SOUND, "Value": ["Extra"] * 2 * MANY}], Status.ERROR),
        ([SOUND] * 500_000, None),
    ],
)
def test_a_fault_is_found_among_many_tested_files(
    files: list[object], status: Status | None
) -> None:
    tested = {"ParsedResult": "Success", "EndTime": "2025-04-21T23:46:38Z", "Verifications": files}
    verified = _read(duplicati({"TestResults": tested})).run.verification

    assert (None if verified is None else verified.status) is status


def test_a_second_copy_is_seen_in_a_long_log() -> None:
    told = [WARNING] * MANY
    told[MANY // 2] = "2025-04-21 23:45:46 +00 - [Error-A.B-RemoteSyncFailed]: refused"
    report = _read(duplicati({"ParsedResult": "Warning"}, LogLines=told))

    assert report.run.copying is not None
    assert report.run.copying.outcome.value == "missed"


def test_a_long_text_keeps_its_results_and_the_gravest_of_its_log() -> None:
    log = [WARNING] * MANY + ["2025 - [Error-A.B]: refused", "   at A.B()", "   at C.D()"]
    report = _read(text_report("Photos", RESULTS.format("Error"), "", "Log data:", *log))
    short = read_report(text_report("Photos", RESULTS.format("Error"), "", "Log data:", *log[-3:]))

    assert (report.backup, report.run, report.counted) == ("Photos", short.run, short.counted)
    assert report.log.messages[-1] == short.log.messages[-1]
    assert report.log.lines_dropped == MANY - 999


def test_what_decides_is_found_among_results_without_end() -> None:
    files = [f"    Key: duplicati-{number}.dblock.zip, \n    Value: []," for number in range(MANY)]
    lines = ["Verifications: [", *files, "]", "ParsedResult: Fatal", *["A: 1"] * 100_000]
    report = _read(text_report("Photos", "MainOperation: Backup", *lines))

    assert report.run.status is Status.FATAL


def test_a_fault_is_found_among_many_printed_files() -> None:
    files = [f"    Key: duplicati-{number}.dblock.zip\n    Value: []," for number in range(MANY)]
    files[MANY // 2] += "\n    Value: [Missing],"
    end = "EndTime: 28.11.2026 03:05:49 (1795658749)"
    lines = ["MainOperation: Test", "Verifications: [", *files, "]", "ParsedResult: Success", end]
    verified = _read(text_report("Photos", *lines)).run.verification

    assert verified is not None
    assert verified.status is Status.ERROR


@pytest.mark.parametrize("length", [100, 20_000, 400_000])
def test_a_documented_report_has_many_messages(length: int) -> None:
    told = [{"level": "warning", "message": "x" * 30}] * MANY
    told[-1] = {"level": "Error", "message": "y" * length}
    report = _read(documented({"messages": told}))

    assert report.log.messages[-1].level == "error"
    assert report.log.messages[-1].text == "y" * min(length, 8192)
    assert (len(report.log.messages), report.log.lines_dropped) == (1000, MANY - 1000)
    assert report.log.lines_shortened == (length > 8192)


def test_a_wrong_message_among_many_is_an_error() -> None:
    told: list[object] = [{"message": "x" * 30}] * MANY
    with pytest.raises(ReportError, match=r"^backup\.messages: must be a list"):
        read_report(documented({"messages": [*told, {"message": 5}]}))


def test_more_values_than_any_report_has_are_refused() -> None:
    nested: dict[str, Any] = {}
    for _ in range(40):
        nested = {**dict.fromkeys(KNOWN, "x" * 100), "Data": nested}
    with pytest.raises(ReportError, match="far more values than any report"):
        read_report(json.dumps(nested).encode())


@pytest.mark.parametrize("body", [b"[" * 600_000, b'{"Data":' * 100_000])
def test_a_large_body_that_is_nested_too_deep_is_refused(body: bytes) -> None:
    with pytest.raises(ReportError, match="body: "):
        read_report(body)


@given(
    st.sampled_from(["Warning", "Error", "Fatal"]),
    st.sampled_from(["ErrorsActualLength", "WarningsActualLength", "FilesWithError"]),
    st.lists(st.sampled_from(KNOWN), unique=True, max_size=5),
)
@settings(max_examples=20, deadline=None)
def test_nothing_around_it_makes_a_large_report_better(
    result: str, figure: str, names: list[str]
) -> None:
    filled: dict[str, Any] = {name: [{}] * 12_000 for name in names if name != "MainOperation"}
    told = {**filled, "ParsedResult": result, "y": ["x" * LARGE_BYTES]}
    counted = {**filled, "ParsedResult": "Success", figure: 1, "y": ["x" * LARGE_BYTES]}

    assert _read(duplicati(told)).run.status.worse(Status.WARNING) is not Status.WARNING or (
        result == "Warning"
    )
    assert _read(duplicati(counted)).run.status is not Status.SUCCESS


def test_a_line_at_the_end_of_a_piece_is_read_whole() -> None:
    filling = ["A: 1"] * 100_000
    for length in (0, 1, 7):
        lines = [*filling, "x" * length, *["ParsedResult: Success", "AddedFiles: 12"] * 9000]
        report = _read(text_report("Photos", "MainOperation: Backup", *lines, *filling))
        assert (report.run.status, report.run.counts.added_files) == (Status.SUCCESS, 12)


@pytest.mark.parametrize("title", ["Log data: of all", "x Log data:", " Log data:"])
def test_words_are_no_title_of_a_log(title: str) -> None:
    lines = [title, "ParsedResult: Warning", *["A: 1"] * 100_000, "Log data: ", WARNING]
    report = _read(text_report("Photos", "MainOperation: Backup", *lines))

    assert report.run.status is Status.WARNING
    assert [message.text for message in report.log.messages] == [WARNING]
