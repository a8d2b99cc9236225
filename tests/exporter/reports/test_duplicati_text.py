import pytest

from exporter.model import Counts, Machine, Run, Status, short_name
from exporter.reports import read_report
from tests.exporter.reports.bodies import form, millis, payload, text_report

MACHINE = "7c0d5e2b94f14a3e8b6a1d0f5c3e7a29"


def test_report_with_identities_is_read_from_its_form() -> None:
    report = read_report(payload("text-2.1.0.5.txt"))

    assert (report.machine.machine_id, report.machine.name) == (MACHINE, "attic-nas")
    assert report.backup == "Photos to S3"
    assert report.run.backup_id == "DB-2"
    assert report.run.status is Status.WARNING
    assert report.run.began == millis("2025-04-21T23:45:46Z")
    assert report.run.ended == millis("2025-04-21T23:46:38Z")
    assert report.run.duration == 51_385
    assert report.run.counts == Counts(
        examined_files=18_324,
        examined_bytes=21_474_836_480,
        added_files=7,
        modified_files=5,
        deleted_files=2,
        error_files=0,
        warnings=1,
        errors=0,
    )
    assert report.counted["OpenedFiles"] == 12
    assert [message.level for message in report.log.messages] == ["warning"]
    assert report.log.messages[0].text.endswith("größe.pst")


def test_report_without_identities_names_only_the_backup() -> None:
    report = read_report(payload("text-2.0.7.1.txt"))

    assert (report.machine.machine_id, report.machine.name) == (None, None)
    assert report.backup == "Bookkeeping"
    assert report.run.status is Status.SUCCESS
    assert report.run.began == millis("2023-06-03T18:00:01Z")
    assert report.log.messages == ()


@pytest.mark.parametrize(
    ("name", "version"), [("text-2.1.0.5.txt", "2.1.0.5"), ("text-2.0.7.1.txt", "2.0.7.1")]
)
def test_version_of_the_sender_is_kept(name: str, version: str) -> None:
    assert read_report(payload(name)).machine.version == version


def test_run_that_died_before_2024_tells_only_why() -> None:
    report = read_report(payload("text-2.0.7.1-died.txt"))

    assert report.machine == Machine()
    reason = report.log.messages[0].text
    assert report.run == Run("Backup", Status.FATAL, None, None, None, Counts(), reason=reason)
    failure, logged = report.log.messages
    assert failure.level == "error"
    assert failure.text.startswith("Unable to start, the destination folder is missing\nDetails:")
    assert failure.text.endswith("Duplicati.Library.Main.Controller.Backup ()")
    assert logged.level == "error"


def test_run_that_died_since_2024_keeps_what_it_counted() -> None:
    report = read_report(payload("text-2.1.0.5-died.txt"))

    assert report.backup == "Mail, old (2019, 2020)"
    assert report.machine.name == "attic-nas (spare)"
    assert report.run.status is Status.FATAL
    assert report.run.began == millis("2025-04-21T23:45:46Z")
    assert (report.run.ended, report.run.duration) == (None, None)
    assert report.run.counts.examined_files == 311
    assert "ExaminedFiles" not in report.log.messages[0].text


def test_report_under_a_renamed_form_field_is_found() -> None:
    report = read_report(payload("text-renamed-field.txt"))

    assert report.backup == "Documents"
    assert report.machine.name == "studio-mini"
    assert report.run.began == millis("2025-11-30T12:30:00Z")


@pytest.mark.parametrize(
    ("subject", "name", "machine_id", "backup_id", "machine"),
    [
        (f"Photos ({MACHINE}, DB-2, nas)", "Photos", MACHINE, "DB-2", "nas"),
        (f"A, B ({MACHINE}, DB-2, nas)", "A, B", MACHINE, "DB-2", "nas"),
        (f"A (B) ({MACHINE}, DB-2, nas)", "A (B)", MACHINE, "DB-2", "nas"),
        (f"A (B, C, D) ({MACHINE}, DB-2, nas)", "A (B, C, D)", MACHINE, "DB-2", "nas"),
        (f"A ({MACHINE}, DB-2, nas (attic))", "A", MACHINE, "DB-2", "nas (attic)"),
        (f"A ({MACHINE}, DB-2, nas, (x, y, z))", "A", MACHINE, "DB-2", "nas, (x, y, z)"),
        (f"A ({MACHINE}, {'5e' * 32}, nas)", "A", MACHINE, "5e" * 32, "nas"),
        (f"A ({MACHINE}, nightly, nas)", "A", MACHINE, "nightly", "nas"),
        (f"( ({MACHINE}, DB-2, )", "(", MACHINE, "DB-2", None),
        ("Photos", "Photos", None, None, None),
        ("Photos (, DB-2, nas)", "Photos", None, "DB-2", "nas"),
        ("Photos \u2028 old", "Photos \u2028 old", None, None, None),
        ("Photos, old", "Photos, old", None, None, None),
        ("Photos (old)", "Photos (old)", None, None, None),
        ("Photos (old, new)", "Photos (old, new)", None, None, None),
        ("Photos (2019, 2020, 2021)", "Photos (2019, 2020, 2021)", None, None, None),
    ],
)
def test_header_tells_names_and_identities(
    subject: str,
    name: str,
    machine_id: str | None,
    backup_id: str | None,
    machine: str | None,
) -> None:
    report = read_report(text_report(subject, "ParsedResult: Success"))

    assert report.backup == name
    assert report.machine.machine_id == machine_id
    assert report.run.backup_id == backup_id
    assert report.machine.name == machine


def test_operation_is_in_the_header() -> None:
    body = b"Duplicati Restore report for Photos\n\nRestoredFiles: 3\nParsedResult: Success\n"
    report = read_report(body)

    assert report.run.operation == "Restore"
    assert report.counted == {"RestoredFiles": 3}


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r"])
def test_any_line_end_is_read(separator: str) -> None:
    lines = ("ParsedResult: Warning", "AddedFiles: 3", "", "Log data:", "one", "two")
    body = text_report("Photos", *lines).decode().replace("\n", separator)
    report = read_report(form(message=body.encode()))

    assert report.run.status is Status.WARNING
    assert report.run.counts.added_files == 3
    assert [message.text for message in report.log.messages] == ["one", "two"]


@pytest.mark.parametrize(
    "value",
    [
        "4/21/2025 11:45:46 PM (1745279146)",
        "21.04.2025 23:45:46 (1745279146)",
        "2568-04-21 23:45 น. (1745279146)",
    ],
)
def test_time_is_read_from_its_unix_seconds(value: str) -> None:
    run = read_report(text_report("Photos", f"BeginTime: {value}")).run

    assert run.began == millis("2025-04-21T23:45:46Z")


@pytest.mark.parametrize(
    "value",
    [
        "1/1/0001 12:00:00 AM (-62135596800)",
        "(999999999999)",
        "(-999999999999)",
        "4/21/2025 11:45:46 PM",
        "(soon)",
        "0",
    ],
)
def test_time_that_cannot_be_is_not_reported(value: str) -> None:
    run = read_report(text_report("Photos", "ParsedResult: Success", f"BeginTime: {value}")).run

    assert run.began is None


def test_truth_values_are_read() -> None:
    run = read_report(text_report("Photos", "Dryrun: True", "Interrupted: False")).run

    assert run.dry_run


def test_results_in_the_log_are_no_results() -> None:
    body = text_report("Photos", "ParsedResult: Success", "", "Log data:", "ErrorsActualLength: 7")
    report = read_report(body)

    assert report.run.status is Status.SUCCESS
    assert report.log.messages[0].text == "ErrorsActualLength: 7"


@pytest.mark.parametrize(
    "detail",
    ["RequestId: 90210", "RequestId: 98765432109876543210987", "Dryrun: True", "AddedFiles: 3"],
)
def test_lines_of_an_exception_are_no_results(detail: str) -> None:
    lines = ("Failed: refused", "Details: System.Exception: refused", detail, "  at A.B()")
    report = read_report(text_report("Photos", *lines))

    assert (report.run.status, report.run.began) == (Status.FATAL, None)
    assert report.run.counts == Counts()
    assert report.counted == {}


def test_failure_with_a_number_for_a_message_counts_nothing() -> None:
    report = read_report(text_report("Photos", "Failed: 404", "Details: 404"))

    assert report.run.status is Status.FATAL
    assert report.counted == {}


def test_failure_with_empty_lines_in_its_text_is_told_whole() -> None:
    failed = (
        "Failed: Service request failed.",
        "Status: 403 (Forbidden)",
        "",
        "Headers:",
        "Age: 0",
    )
    details = ("Details: Azure.RequestFailedException: Service request failed.", "", "  at A.B()")
    results = ("AddedFiles: 3", "MainOperation: Backup", "ParsedResult: Fatal")
    report = read_report(text_report("Photos", *failed, *details, "", *results))

    told = "\n".join((*failed, *details)).removeprefix("Failed: ")
    assert report.log.messages[0].text == told
    assert report.counted == {"AddedFiles": 3}


def test_failure_without_a_message_is_fatal() -> None:
    report = read_report(text_report("Photos", "Failed: "))

    assert report.run.status is Status.FATAL
    assert report.log.messages[0].text


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 50])
def test_number_beyond_64_bits_is_left_out_and_named(number: str) -> None:
    body = text_report("Photos", "ParsedResult: Success", f"AddedFiles: {number}")
    report = read_report(body)

    assert report.run.counts.added_files is None
    assert [detail.partition(":")[0] for detail in report.log.details] == ["AddedFiles"]


def test_a_long_name_is_cut() -> None:
    report = read_report(text_report("x" * 1025, "ParsedResult: Success"))

    assert report.backup == short_name("x" * 1025)


def test_of_a_header_longer_than_all_its_names_only_the_beginning_is_searched() -> None:
    report = read_report(text_report("a (a, DB-1, " * 4000, "ParsedResult: Success"))

    assert report.backup.startswith("a (a, DB-1, a (a, DB-1, ")
    assert len(report.backup) == 255
