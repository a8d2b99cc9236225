import pytest

from exporter.model import Report, Status
from exporter.reports import ReportError, read_report
from tests.exporter.reports.bodies import (
    documented,
    duplicati,
    form,
    payload,
    payload_names,
    problems,
    text_report,
)
from tests.support.reports_builder import exception_report

DEEP = 100_000
SHAPES = (
    duplicati(),
    documented({"name": "Photos"}),
    text_report("Photos", "ParsedResult: Success"),
    form(message=text_report("Photos", "ParsedResult: Success")),
    form(message=duplicati()),
)


@pytest.mark.parametrize("name", payload_names())
def test_recorded_body_is_a_report(name: str) -> None:
    assert isinstance(read_report(payload(name)), Report)


@pytest.mark.parametrize("body", SHAPES)
def test_shape_is_told_by_the_body_alone(body: bytes) -> None:
    report = read_report(body)

    assert report.backup == "Photos"
    assert report.run.status is Status.SUCCESS


@pytest.mark.parametrize("body", SHAPES)
@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\n ", b"\xef\xbb\xbf\r\n"])
def test_byte_order_mark_and_white_space_are_passed_over(body: bytes, before: bytes) -> None:
    assert read_report(before + body + b"\r\n").backup == "Photos"


@pytest.mark.parametrize("field", ["message", "Message", "text", "größe", "a.b-c_d"])
@pytest.mark.parametrize("value", [duplicati(), text_report("Photos", "ParsedResult: Success")])
def test_form_field_may_have_any_name(field: str, value: bytes) -> None:
    body = field.encode() + b"=" + form(x=value).removeprefix(b"x=")

    assert read_report(body).backup == "Photos"


def _told(backup: str) -> bytes:
    return text_report(backup, "ParsedResult: Success")


def test_field_named_message_comes_before_others() -> None:
    body = form(other=_told("Decoy"), message=_told("Photos"))

    assert read_report(body).backup == "Photos"


def test_parameters_beside_the_report_are_passed_over() -> None:
    body = form(site=b"harbour", message=duplicati(), empty=b"")

    assert read_report(body).backup == "Photos"


def test_plus_signs_of_a_form_are_spaces() -> None:
    body = b"message=Duplicati+Backup+report+for+Old+Photos%0AParsedResult:+Success"

    assert read_report(body).backup == "Old Photos"


def test_a_report_without_a_begin_is_known_again_by_its_body() -> None:
    first, again = read_report(exception_report()), read_report(exception_report())
    other = read_report(exception_report(message="another fault"))

    assert first.run.began is None
    assert first.fingerprint is not None
    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != other.fingerprint


def test_a_report_with_a_begin_needs_no_fingerprint() -> None:
    assert read_report(duplicati()).fingerprint is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \r\n",
        b"\xef\xbb\xbf",
        b"null",
        b"0",
        b"[]",
        b'"Data"',
        b"{}",
        b'{"server":{"name":"web-1"}}',
        b'{"Extra":{"backup-name":"Photos"}}',
        b'{"operation":"Backup","status":"Progress","isCompleted":false}',
        b'[{"Data":{},"Extra":{"backup-name":"Photos"}}]',
        b"hello",
        b"<html><body>Duplicati Backup report for Photos</body></html>",
        b"message=hello",
        b"message=",
        b"message=%7B%22Data%22",
        b"a=1&b=2&message=[]",
        b"=",
        b"\xff\xfe{\x00}\x00",
        b"--boundary\r\nContent-Disposition: form-data\r\n\r\nhello\r\n--boundary--",
    ],
)
def test_body_without_a_known_shape_is_refused(body: bytes) -> None:
    assert problems(body)


@pytest.mark.parametrize("number", ["01", "+1", "1.", ".5", "0x10", "1_000"])
def test_number_that_json_does_not_know_is_refused(number: str) -> None:
    body = f'{{"Data":{{"ParsedResult":"Success","AddedFiles":{number}}}}}'

    assert problems(body.encode())


@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"Data":' * DEEP,
        b'{"Data":' * DEEP + b"{}" + b"}" * DEEP,
        b'{"backup":' + b"[" * DEEP + b"]" * DEEP + b"}",
        form(message=b'{"Data":' + b"[" * DEEP + b"]" * DEEP + b"}"),
    ],
    ids=["open lists", "lists", "open objects", "objects", "lists in a backup", "lists in a form"],
)
def test_deeply_nested_body_is_refused(body: bytes) -> None:
    assert [problem.field for problem in problems(body)] == ["body"]


@pytest.mark.parametrize("name", [name for name in payload_names() if name.endswith(".json")])
def test_truncated_json_is_refused(name: str) -> None:
    body = payload(name).rstrip()

    assert all(problems(body[:end]) for end in range(0, len(body), 97))


def test_form_of_too_many_fields_is_refused() -> None:
    assert problems(b"&".join([b"a=1"] * 101) + b"&message=x")


def test_error_tells_every_problem() -> None:
    with pytest.raises(ReportError, match=r"backup\.name: is required; backup\.status") as caught:
        read_report(b'{"backup":{"startTime":"2024-01-15T02:00:00Z"},"server":{"name":"a"}}')

    assert len(caught.value.problems) == 2
