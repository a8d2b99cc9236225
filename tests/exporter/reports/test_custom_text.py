"""Texts that people made with ``--send-http-message``: the result lines tell a report."""

import pytest

from exporter.model import Status
from exporter.reports import ReportError, read_report
from tests.exporter.reports.bodies import RESULTS, form, millis, payload, problems

FAILURE = """Failed: Found 3 files that are missing
Details: System.Exception: Found 3 files that are missing
   at A.B()

"""
IDENTITIES = "(7c0d5e2b94f14a3e, DB-2, nas)"
NAMED = [
    "Duplicati Backup report for Photos\n\n{results}",
    "Duplicati Backup report for Photos\n{results}",
    "Duplicati Backup report for Photos {results}",
    "Duplicati Backup report for Photos   {result}   {results}",
    "Duplicati Backup report for Photos {result}\n\n{results}",
    "Duplicati Backup report for Photos - {result}\n\n{results}",
    "Duplicati Backup report for Photos: {result}\n\n{results}",
    "Duplicati Backup report for Photos ({result})\n\n{results}",
    "Duplicati Backup report for Photos [{result}] {results}",
    f"Duplicati Backup report for Photos {IDENTITIES}\n\n{{results}}",
    f"Duplicati Backup report for Photos {IDENTITIES} {{results}}",
    f"Duplicati Backup report for Photos {IDENTITIES}: {{result}}\n\n{{results}}",
    f"Duplicati Backup report for Photos {IDENTITIES}: it ended as {{result}}\n\n{{results}}",
    f"Duplicati Backup report for Photos {IDENTITIES} of tonight (late)\n\n{{results}}",
    "Duplicati {result}, Backup report for Photos\n\n{results}",
    "Duplicati {result} Backup report for Photos\n\n{results}",
    "[{result}] Duplicati Backup report for Photos\n\n{results}",
    "{result}: Duplicati Backup report for Photos\n\n{results}",
    "Good morning\n\nDuplicati Backup report for Photos\n\n{results}\n\nGood night",
    "{results}\n\nDuplicati Backup report for Photos",
    "{results}\n\nLog data:\n1 - [Information-A-B]: x\nDuplicati Backup report for Photos",
    "Duplicati Backup for Photos on nas\n\nIt has completed: {result}\n\n{results}",
    "Duplicati Backup for Photos\n\n{results}",
    "Duplicati Backup for Photos on nas {results}",
    "Backup Name: Photos\nMachine: nas\n\n{results}",
    "backup-name = Photos\n\n{results}",
    "Backup: {result}\nJob: Photos\n\n{results}",
    "{results}\n\nBackup name: Photos",
]
WORDS = [("Success", Status.SUCCESS), ("Warning", Status.WARNING), ("Error", Status.ERROR)]


def _text(layout: str, result: str) -> bytes:
    results = (FAILURE if result == "Fatal" else "") + RESULTS.format(result)
    return layout.format(results=results, result=result).encode()


@pytest.mark.parametrize("layout", NAMED)
@pytest.mark.parametrize(("result", "status"), [*WORDS, ("Fatal", Status.FATAL)])
def test_a_report_is_known_by_its_results_wherever_they_stand(
    layout: str, result: str, status: Status
) -> None:
    body = _text(layout, result)

    for report in (read_report(body), read_report(form(message=body), "Another")):
        run = report.run
        assert (report.backup, run.operation, run.status) == ("Photos", "Backup", status)
        assert (run.began, run.counts.examined_files) == (millis("2026-11-26T02:00:00Z"), 1234)
        assert run.counts.deleted_files == 3
        assert report.machine.name == ("nas" if "nas" in layout else None)


@pytest.mark.parametrize("layout", NAMED)
def test_a_run_that_died_before_2024_has_no_results_and_is_fatal(layout: str) -> None:
    report = read_report(layout.format(results=FAILURE.strip(), result="Fatal").encode())

    assert (report.backup, report.run.status, report.run.began) == ("Photos", Status.FATAL, None)
    assert (report.run.reason or "").startswith("Found 3 files that are missing\nDetails:")


def test_the_example_of_the_documentation_is_read() -> None:
    good = read_report(payload("shapes/text-custom-message.txt"))
    died = read_report(payload("shapes/text-custom-message-died.txt"))

    assert (good.backup, good.machine.name) == (died.backup, died.machine.name)
    assert (good.backup, good.machine.name) == ("Ledgers", "attic-nas")
    assert (good.run.status, died.run.status) == (Status.SUCCESS, Status.FATAL)
    assert good.run.began == died.run.began == millis("2026-11-29T11:51:44Z")


def test_a_result_may_begin_on_the_line_of_the_name() -> None:
    report = read_report(payload("shapes/text-result-on-the-header-line.txt"))

    assert (report.backup, report.run.status) == ("Ledgers", Status.SUCCESS)
    assert (report.run.counts.deleted_files, report.run.counts.examined_files) == (0, 39)


@pytest.mark.parametrize("result", ["Success", "Fatal"])
def test_results_alone_are_named_by_the_address(result: str) -> None:
    body = _text("{results}", result)
    report = read_report(body, "Photos")

    assert (report.backup, report.run.status.value) == ("Photos", result.lower())
    assert read_report(form(text=body), "Photos").run == report.run


@pytest.mark.parametrize(
    "body", [_text("{results}", "Success"), payload("shapes/text-results-alone.txt")]
)
@pytest.mark.parametrize("backup", [None, "", "  "])
def test_results_that_nobody_names_are_refused_with_what_to_do(
    body: bytes, backup: str | None
) -> None:
    with pytest.raises(ReportError, match=r"\?backup=NAME.*--send-http-message"):
        read_report(body, backup)


@pytest.mark.parametrize(
    "sentence",
    [
        "Backup Backup completed: Success",
        "Duplicati Backup report for Photos: Success",
        "Duplicati Backup report for Photos",
        "Duplicati Backup report for Photos Failed",
        "Backup of Photos: Fatal",
        "Duplicati Backup for Photos on nas\n\nThe Backup operation has completed: Success",
        "Duplicati Backup report for Photos DeletedFiles: 0 ExaminedFiles: 3 ParsedResult: Fatal",
        "It is done.\nStatus: Success",
        "",
    ],
)
def test_words_without_results_are_refused_with_the_option_to_change(sentence: str) -> None:
    for body in (sentence.encode(), form(message=sentence.encode())):
        told = str(problems(body)[0])
        assert "drop --send-http-message" in told
        assert "--send-http-result-output-format=Json" in told


@pytest.mark.parametrize(
    "name",
    [
        "Photos: 2024 to S3",
        "Daily: photos",
        "Sync MyPhotos: all",
        "Retry Failed: photos",
        "Version: 2",
        "Photos Success",
        "Success",
        "Files on disk",
        "Duplicati Backup report for Photos",
        "A (B), C: D - E",
        "Müller & Söhne",
        "ParsedResult: Success",
        "MainOperation: Backup",
    ],
)
@pytest.mark.parametrize("identities", ["", f" {IDENTITIES}"])
def test_a_name_in_duplicatis_own_first_line_is_kept_whole(name: str, identities: str) -> None:
    text = f"Duplicati Backup report for {name}{identities}\n\n{RESULTS.format('Warning')}"

    assert read_report(text.encode()).backup == name


@pytest.mark.parametrize(
    "name", ["Photos ParsedResult: Success", "DeletedFiles: 3", "Photos EndTime: 3 (x)"]
)
@pytest.mark.parametrize("result", ["Success", "Warning", "Error", "Fatal"])
def test_before_identities_stands_a_name_whatever_it_looks_like(name: str, result: str) -> None:
    body = _text(f"Duplicati Backup report for {name} {IDENTITIES}\n\n{{results}}", result)
    report = read_report(body)

    assert (report.backup, report.run.status.value) == (name, result.lower())
    assert report.counted["DeletedFiles"] == 3


def test_a_failure_that_ends_in_parentheses_is_no_machine() -> None:
    first = f"Duplicati Backup report for Photos {IDENTITIES} Failed: It broke (badly)"
    report = read_report(f"{first}\nDetails: System.Exception: It broke (badly)".encode())

    assert (report.backup, report.machine.name) == ("Photos", "nas")
    assert report.run.status is Status.FATAL


@pytest.mark.parametrize("layout", NAMED[:5])
@pytest.mark.parametrize("result", ["Success", "Warning", "Fatal"])
def test_a_name_that_looks_like_a_result_is_no_result(layout: str, result: str) -> None:
    report = read_report(_text(layout.replace("Photos", "ParsedResult: Success"), result))

    assert (report.backup, report.run.status.value) == ("ParsedResult: Success", result.lower())


@pytest.mark.parametrize("name", ["Photos on S3", "on", "Photos on S3 on tape"])
def test_a_name_may_hold_the_word_before_the_machine(name: str) -> None:
    body = f"Duplicati Backup for {name} on nas\n\n{RESULTS.format('Success')}".encode()
    report = read_report(body)

    assert (report.backup, report.machine.name) == (name, "nas")


@pytest.mark.parametrize("name", ["Success", "warning", "2024"])
def test_behind_the_word_name_stands_one(name: str) -> None:
    body = f"Backup: Success\nBackup name: {name}\n\n{RESULTS.format('Warning')}".encode()

    assert read_report(body).backup == name


@pytest.mark.parametrize("line", ["Backup: Success", "Job: 3", "Backup name: %backup-name%"])
def test_an_outcome_a_number_or_what_was_not_filled_in_is_no_name(line: str) -> None:
    assert read_report(f"{line}\n\n{RESULTS.format('Success')}".encode(), "Photos").backup == (
        "Photos"
    )


def test_identities_may_stand_in_lines_of_their_own() -> None:
    told = "Backup: Photos\nBackup ID: DB-2\nMachine ID: 7c0d5e2b94f14a3e\nMachine name: nas"
    report = read_report(f"{told}\n\n{RESULTS.format('Success')}".encode())

    assert (report.machine.machine_id, report.machine.name) == ("7c0d5e2b94f14a3e", "nas")
    assert (report.backup, report.run.backup_id) == ("Photos", "DB-2")


def test_a_text_that_names_the_id_alone_is_called_by_the_address_before_by_its_id() -> None:
    body = f"Duplicati Backup report for  {IDENTITIES}\n\n{RESULTS.format('Success')}".encode()

    assert (read_report(body, "Photos").backup, read_report(body).backup) == ("Photos", "DB-2")


@pytest.mark.parametrize(
    "hidden",
    [
        "LimitedErrors: [\n  1 - [Error-A-B]: x\nParsedResult: Success\nMainOperation: Test\n]",
        "TestResults:\n    MainOperation: Test\n    ParsedResult: Success",
        "CompactResults: \n  ParsedResult: Success",
        "ParsedResult: Success",
        "Log data:\n1 - [Error-A-B]: x\nParsedResult: Success",
    ],
)
@pytest.mark.parametrize("result", ["Warning", "Error", "Fatal"])
def test_no_success_beside_it_makes_a_result_better(hidden: str, result: str) -> None:
    told = f"Duplicati Backup report for Photos\n\n{RESULTS.format(result)}\n{hidden}"
    report = read_report(told.encode())

    assert (report.run.status.value, report.run.operation) == (result.lower(), "Backup")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
@pytest.mark.parametrize("indentation", ["", "  ", "\t"])
def test_a_text_that_was_indented_or_parted_otherwise_is_read(end: str, indentation: str) -> None:
    text = f"Duplicati Backup report for Photos\n\n{RESULTS.format('Error')}"
    report = read_report(text.replace("\n", end + indentation).encode())

    assert (report.backup, report.run.status) == ("Photos", Status.ERROR)


def test_a_form_that_was_not_encoded_is_read() -> None:
    text = f"message=Duplicati Backup report for Photos & more\n\n{RESULTS.format('Error')}"
    report = read_report(text.encode())

    assert (report.backup, report.run.status) == ("Photos & more", Status.ERROR)


@pytest.mark.parametrize("layout", ["Duplicati Backup report for Photos\n\n{results}", "JSON"])
def test_a_form_of_several_parts_is_read(layout: str) -> None:
    content = _text(layout, "Error")
    if layout == "JSON":
        content = b'{"Data":{"ParsedResult":"Error"},"Extra":{"backup-name":"Photos"}}'
    head = b'--boundary\r\nContent-Disposition: form-data; name="message"\r\n\r\n'
    report = read_report(head + content + b"\r\n--boundary--\r\n")

    assert (report.backup, report.run.status) == ("Photos", Status.ERROR)


def test_names_may_come_in_other_fields_of_the_form() -> None:
    fields = {"backup-name": b"Photos", "machine-name": b"nas", "destination-type": b"s3"}
    report = read_report(form(message=_text("{results}", "Success"), **fields), "Another")

    assert (report.backup, report.machine.name) == ("Photos", "nas")
    assert report.run.destination_type == "s3"


def test_names_in_the_text_come_before_those_of_the_form() -> None:
    body = form(message=_text(NAMED[0], "Success"), **{"backup-name": b"Another"})

    assert read_report(body).backup == "Photos"


@pytest.mark.parametrize(
    ("code", "status", "level"), [(1, Status.INTERRUPTED, "warning"), (5, Status.FATAL, "error")]
)
def test_a_script_that_wanted_no_backup_interrupts_it(
    code: int, status: Status, level: str
) -> None:
    said = f'The script "/check" returned with exit code {code}'
    name = "Duplicati.Library.Interface.OperationAbortException"
    body = f"Duplicati Backup report for Photos\n\nFailed: {said}\nDetails: {name}: {said}"
    report = read_report(body.encode())

    assert report.run.status is status
    assert [line.level for line in report.log.messages] == [level]
