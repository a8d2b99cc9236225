"""The text format Template, in which nested results stand between the run's own."""

from urllib.parse import unquote

import pytest

from exporter.model import Counts, Machine, Status
from exporter.reports import read_report
from tests.exporter.reports.bodies import form, millis, payload, text_report

BODY = unquote(payload("shapes/text-template.txt").decode()).removeprefix("message=")
DIED = unquote(payload("shapes/text-template-died.txt").decode()).removeprefix("message=")
OWN_RESULT = "ParsedResult: Warning"


def _status(text: str) -> Status:
    return read_report(text.encode()).run.status


def test_the_run_itself_is_read_out_of_its_nested_results() -> None:
    report = read_report(payload("shapes/text-template.txt"))
    run = report.run

    assert report.machine == Machine(None, "attic-nas", "2.3.1.0")
    assert (report.backup, run.backup_id) == ('Ledgers & "Letters"', "DB-71")
    assert (run.operation, run.status) == ("Backup", Status.WARNING)
    assert run.began == millis("2026-11-29T12:11:03.678Z")
    assert run.ended == millis("2026-11-29T12:11:06.083Z")
    assert run.duration == 2405
    assert run.newest_version == millis("2026-11-29T12:11:04Z")
    assert run.counts == Counts(
        examined_files=39,
        examined_bytes=760_004,
        added_files=39,
        modified_files=0,
        deleted_files=0,
        error_files=0,
        uploaded_bytes=785_072,
        downloaded_bytes=785_072,
        stored_bytes=785_072,
        versions=1,
        quota_free_bytes=84_085_747_712,
        quota_total_bytes=270_553_174_016,
        warnings=1,
        errors=0,
        retry_attempts=1,
    )


def test_what_nested_results_count_is_not_the_runs_own() -> None:
    counted = read_report(payload("shapes/text-template.txt")).counted

    assert counted["ExaminedFiles"] == 39
    assert counted["BackendStatistics.KnownFileSize"] == 785_072
    assert not {"DownloadedFileCount", "UploadedFileSize", "KnownFileSize"} & counted.keys()


def test_a_run_that_died_is_fatal_with_its_exception() -> None:
    report = read_report(payload("shapes/text-template-died.txt"))
    run = report.run

    assert (report.backup, run.operation, run.status) == ("Ledgers", "Backup", Status.FATAL)
    assert run.reason == "System.IO.IOException: the source folder is gone"
    assert run.began == millis("2026-11-29T12:11:10.689Z")
    assert (run.ended, run.duration, run.newest_version) == (None, None, None)
    assert run.looked_at_destination is False
    assert [line.level for line in report.log.messages] == ["error", "information", "error"]


def test_lines_of_the_log_are_undone_of_html_and_of_the_lines_that_follow_them() -> None:
    last = read_report(payload("shapes/text-template.txt")).log.messages[-1]

    assert last.text.endswith(
        'No access to "/a"\nSystem.UnauthorizedAccessException: denied\n   at A.B()'
    )


@pytest.mark.parametrize("result", ["Success", "Warning", "Error", "Fatal", "Unknown", "Splendid"])
def test_the_worst_result_stands(result: str) -> None:
    own = BODY.replace(OWN_RESULT, f"ParsedResult: {result}").replace(
        "WarningsActualLength: 1", "WarningsActualLength: 0"
    )
    told = result.lower() if result != "Splendid" else "unknown"

    assert _status(own) is Status(told)


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4])
def test_the_worst_result_stands_wherever_it_is(place: int) -> None:
    parts = BODY.replace(OWN_RESULT, "ParsedResult: Success").split("\nParsedResult: Success")

    assert len(parts) == 6
    begin = "\nParsedResult: Success".join(parts[: place + 1])
    end = "\nParsedResult: Success".join(parts[place + 1 :])
    assert _status(f"{begin}\nParsedResult: Fatal{end}") is Status.FATAL


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Fatal: True", Status.FATAL),
        ("Interrupted: True", Status.INTERRUPTED),
        ("PartialBackup: True", Status.INTERRUPTED),
    ],
)
def test_what_is_true_anywhere_is_true(line: str, status: Status) -> None:
    was = line.replace("True", "False")
    told = BODY.split(was)

    for place in range(len(told) - 1):
        body = was.join(told[: place + 1]) + line + was.join(told[place + 1 :])
        own = not told[place].endswith("    ")
        assert _status(body) is (status if own else Status.WARNING)


@pytest.mark.parametrize(
    ("name", "status"), [("ErrorsActualLength", Status.ERROR), ("Errors", Status.WARNING)]
)
def test_the_largest_count_of_errors_stands(name: str, status: Status) -> None:
    body = BODY.replace(
        f"Errors: Duplicati.Library.Utility.FileBackedStringList\n{name}: 0",
        f"Errors: Duplicati.Library.Utility.FileBackedStringList\n{name}: 3",
    )

    assert _status(body) is status


def test_an_exception_alone_makes_a_run_fatal() -> None:
    body = DIED.replace("ParsedResult: Fatal", "ParsedResult: Success").replace(
        "Fatal: True", "Fatal: False"
    )

    assert _status(body) is Status.FATAL
    assert _status(body.partition("\nException:")[0]) is Status.ERROR


def test_an_exception_of_a_run_that_logged_nothing_is_seen() -> None:
    results = BODY.partition("Log Messages:")[0]
    run = read_report(f"{results}\nException: System.Exception: gone\n   at A.B()".encode()).run

    assert (run.status, run.reason) == (Status.FATAL, "System.Exception: gone\n   at A.B()")


@pytest.mark.parametrize("nothing", ["", "null", "None"])
def test_an_exception_that_is_none_ends_nothing(nothing: str) -> None:
    results = BODY.partition("Log Messages:")[0]

    assert _status(f"{results}\nException: {nothing}\n") is Status.WARNING


def test_figures_of_the_destination_that_contradict_are_left_out() -> None:
    block = BODY.index("BackendStatistics: RemoteCalls")
    again = BODY[block : BODY.index("BackendWriter:")].replace(
        "KnownFileSize: 785072", "KnownFileSize: 7"
    )
    counts = read_report((BODY[:block] + again + BODY[block:]).encode()).run.counts

    assert counts.stored_bytes is None
    assert counts.versions == 1


def test_figures_of_nested_results_are_not_those_of_the_destination() -> None:
    without = BODY.replace("BackendStatistics: RemoteCalls", "SomethingElse: RemoteCalls")
    counts = read_report(without.encode()).run.counts

    assert (counts.stored_bytes, counts.versions, counts.uploaded_bytes) == (None, None, None)


def test_names_are_read_from_sections_where_the_first_line_has_none() -> None:
    title = BODY[BODY.index("Duplicati  Report") :]
    named = title.replace("Backup Name: ", "Backup Name: A &amp; B").replace(
        "Machine: ", "Machine: attic &lt;nas&gt;"
    )
    report = read_report(form(message=named.encode()))

    assert (report.backup, report.machine.name) == ("A & B", "attic <nas>")
    assert report.run.status is Status.WARNING


def test_sections_without_names_leave_it_to_the_address() -> None:
    title = BODY[BODY.index("Duplicati  Report") :].encode()

    assert read_report(title, "Ledgers").backup == "Ledgers"


def test_html_is_undone_in_this_format_alone() -> None:
    body = "Duplicati Backup report for A &amp; B\n\nParsedResult: Success"

    assert read_report(body.encode()).backup == "A &amp; B"


@pytest.mark.parametrize("line", ["=====", "Exception: refused", "MessageSink: Duplicati.Sink"])
def test_a_line_of_the_log_does_not_decide_the_format(line: str) -> None:
    """A script may print anything; its lines stay in the log."""
    logged = ("one", "", line, "", "Exception: of a script", "two")
    body = text_report("Photos", "ParsedResult: Warning", "", "Log data:", *logged)
    report = read_report(body, "Photos")
    assert report.run.status is Status.WARNING
    assert [message.text for message in report.log.messages][-1] == "two"
